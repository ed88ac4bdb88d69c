import * as vscode from "vscode";
import type { ConfigProblem } from "../model/state.ts";
import type { CollectorLink } from "./collectorLink.ts";
import { toDiagnostic } from "./problem.ts";

/** Shows what is wrong in a config file in the Problems panel, in that file. */
export class ConfigProblems implements vscode.Disposable {
  readonly #diagnostics = vscode.languages.createDiagnosticCollection("agent-vitals-config");
  readonly #subscription: vscode.Disposable;
  #shown = "";

  constructor(link: CollectorLink) {
    this.#subscription = link.onState((state) => this.#show(state?.configProblems ?? []));
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#diagnostics.dispose();
  }

  #show(problems: ConfigProblem[]): void {
    const key = JSON.stringify(problems);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#diagnostics.clear();
    for (const [file, inFile] of Map.groupBy(problems, (problem) => problem.file)) {
      this.#diagnostics.set(
        vscode.Uri.file(file),
        inFile.map((one) => toDiagnostic(one, "agent-vitals-config")),
      );
    }
  }
}
