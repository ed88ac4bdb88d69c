import * as vscode from "vscode";
import type { SuiteOutline } from "../../model/suiteOutline.ts";
import { rangeOf, toDiagnostic } from "../problem.ts";
import { placeOf } from "./shortfalls.ts";
import { isJson, isOpen, type SuiteFiles } from "./suiteFiles.ts";
import type { SuiteRuns } from "./suiteRuns.ts";

/** Shows in the Problems panel what is wrong in suites, and which of their objectives the last run missed. */
export class SuiteProblems implements vscode.Disposable {
  readonly #diagnostics = vscode.languages.createDiagnosticCollection("agent-vitals-suites");
  readonly #files: SuiteFiles;
  readonly #runs: SuiteRuns;
  readonly #subscriptions: vscode.Disposable;

  constructor(files: SuiteFiles, runs: SuiteRuns) {
    this.#files = files;
    this.#runs = runs;
    this.#subscriptions = vscode.Disposable.from(
      this.#diagnostics,
      files.onChange((file) => this.#show(file)),
      runs.onChange((file) => this.#show(file)),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration("json.validate")) for (const file of files.files) this.#show(file);
      }),
    );
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #show(file: string): void {
    const outline = this.#files.outline(file);
    const uri = vscode.Uri.file(file);
    if (!outline) this.#diagnostics.delete(uri);
    else this.#diagnostics.set(uri, [...this.#wrong(outline), ...this.#missed(outline)]);
  }

  #wrong({ file, problems }: SuiteOutline): vscode.Diagnostic[] {
    const validate = vscode.workspace.getConfiguration("json").get("validate.enable", true);
    // Of a file that is open VS Code says itself what its schema tells.
    const told = validate && isJson(file) && isOpen(file);
    return problems
      .filter(({ bySchema }) => !(told && bySchema))
      .map((problem) => toDiagnostic(problem, "agent-vitals-suite"));
  }

  #missed(outline: SuiteOutline): vscode.Diagnostic[] {
    return this.#runs.shortfalls(outline.file).flatMap((shortfall) => {
      const place = placeOf(shortfall, outline);
      if (!place) return [];
      const { message, objective } = shortfall;
      const diagnostic = new vscode.Diagnostic(rangeOf(place), message, vscode.DiagnosticSeverity.Warning);
      diagnostic.source = "Agent Vitals";
      diagnostic.code = objective === undefined ? "suite-result" : "objective-missed";
      return [diagnostic];
    });
  }
}
