import * as vscode from "vscode";

/** Opens what is written about a kind of leak. */
export async function explainRule(extensionUri: vscode.Uri, rule: string): Promise<void> {
  const page = vscode.Uri.joinPath(extensionUri, "docs", "LEAKS.md");
  await vscode.commands.executeCommand("markdown.showPreview", page.with({ fragment: rule }));
}
