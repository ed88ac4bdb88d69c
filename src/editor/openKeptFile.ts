import * as vscode from "vscode";
import { viewTypes } from "./contributions.ts";

/** Opens a file that an agent left: a heap file as a heap view, others as VS Code would. */
export async function openKeptFile(path: string): Promise<void> {
  const uri = vscode.Uri.file(path);
  if (/\.heap(snapshot|profile)$/.test(path))
    await vscode.commands.executeCommand("vscode.openWith", uri, viewTypes.heap);
  else await vscode.commands.executeCommand("vscode.open", uri);
}
