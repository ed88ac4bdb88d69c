import * as vscode from "vscode";
import { commands } from "../contributions.ts";
import { openHeapObject } from "../heap/heapEditor.ts";
import { explainRule } from "./explainRule.ts";
import type { LeakFinding, LeakProblems } from "./leakProblems.ts";

/** What can be done about a leak at its line: see what holds it, look again, silence it, read about its kind. */
export class LeakFixes implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #problems: LeakProblems;
  readonly #registrations: vscode.Disposable;

  constructor(problems: LeakProblems, extensionUri: vscode.Uri) {
    this.#problems = problems;
    this.#registrations = vscode.Disposable.from(
      vscode.languages.registerCodeActionsProvider({ scheme: "file" }, this, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      }),
      vscode.commands.registerCommand(inner.silence, ({ suspect }: LeakFinding) => problems.silence(suspect)),
      vscode.commands.registerCommand(inner.explain, (rule: string) => explainRule(extensionUri, rule)),
      vscode.commands.registerCommand(inner.retainers, (file: string, id: number | null) => openHeapObject(file, id)),
    );
  }

  dispose(): void {
    this.#registrations.dispose();
  }

  provideCodeActions(
    _document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    return diagnostics.flatMap((diagnostic) => {
      const finding = this.#problems.findingOf(diagnostic);
      return finding ? actionsFor(diagnostic, finding) : [];
    });
  }
}

/** Commands that only a finding's own actions name. */
const inner = {
  silence: "agentVitals.leaks.silence",
  explain: "agentVitals.leaks.explain",
  retainers: "agentVitals.leaks.openRetainers",
} as const;

function actionsFor(diagnostic: vscode.Diagnostic, finding: LeakFinding): vscode.CodeAction[] {
  const { agent, snapshot, suspect, isPython } = finding;
  const action = (title: string, command: string, ...args: unknown[]) => {
    const made = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    made.command = { title, command, arguments: args };
    made.diagnostics = [diagnostic];
    return made;
  };
  return [
    ...(snapshot === undefined
      ? []
      : [action(`Open what holds ${suspect.class}`, inner.retainers, snapshot, suspect.example)]),
    action(`Hunt for leaks in ${agent} again`, commands.huntForLeaks.command, agent),
    ...(isPython ? [] : [action("Take another heap snapshot", commands.takeHeapSnapshot.command, agent)]),
    action("Silence this finding in this workspace", inner.silence, finding),
    action(`Explain ${suspect.rule}`, inner.explain, suspect.rule),
  ];
}
