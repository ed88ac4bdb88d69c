import * as vscode from "vscode";
import { commands } from "../contributions.ts";
import type { SuiteFiles } from "./suiteFiles.ts";
import type { SuiteAsked } from "./suiteRuns.ts";

/** Runs a suite, and compares it with how it was, with a click over its first line. */
export class SuiteLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #files: SuiteFiles;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable;
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(files: SuiteFiles) {
    this.#files = files;
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      files.onChange(() => this.#changed.fire()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#changed.fire()),
      vscode.languages.registerCodeLensProvider({ scheme: "file", pattern: "**/*.perf.{json,mjs,js,ts,mts}" }, this),
    );
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  provideCodeLenses({ uri: { fsPath: file } }: vscode.TextDocument): vscode.CodeLens[] {
    const outline = this.#files.outline(file);
    const isWrong = outline?.problems.some(({ severity }) => severity === "error");
    if (!vscode.workspace.isTrusted || isWrong || !this.#files.files.includes(file)) return [];
    // Its scenarios have the Testing view's own mark at their lines.
    const lens = (title: string, command: string) =>
      new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), { title, command, arguments: [{ file } satisfies SuiteAsked] });
    return [
      lens("$(play) Run suite", commands.runSuiteNow.command),
      lens("$(git-compare) Compare with baseline", commands.compareSuite.command),
    ];
  }
}
