import * as vscode from "vscode";
import type { ConfigProblem, TextPlace } from "../model/state.ts";

/** A problem of a file as VS Code shows it. */
export function toDiagnostic(problem: ConfigProblem, code: string): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(
    rangeOf(problem),
    problem.message,
    problem.severity === "error" ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning,
  );
  diagnostic.source = "Agent Vitals";
  diagnostic.code = code;
  return diagnostic;
}

export function rangeOf({ line, column, endLine, endColumn }: TextPlace): vscode.Range {
  return new vscode.Range(line, column, endLine, endColumn);
}
