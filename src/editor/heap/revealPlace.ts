import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";
import * as vscode from "vscode";
import type { HeapPlace } from "../../model/heap.ts";

/** Shows a place of an agent's source beside the heap view, or says why it can't. */
export async function revealPlace({ file, line, column }: HeapPlace): Promise<void> {
  const path = file === undefined ? undefined : pathOf(file);
  if (path === undefined || !existsSync(path)) {
    void vscode.window.showInformationMessage(
      path === undefined
        ? `${file ?? "This script"} has no file on this machine.`
        : `${path} is not here: the snapshot was written where it was, or it has been moved since.`,
    );
    return;
  }
  const at = new vscode.Position(Math.max(0, line), Math.max(0, column));
  await vscode.window.showTextDocument(vscode.Uri.file(path), {
    selection: new vscode.Range(at, at),
    viewColumn: vscode.ViewColumn.Beside,
    preserveFocus: false,
  });
}

/** A snapshot holds whatever names its program had: only files are opened. */
function pathOf(file: string): string | undefined {
  // A share of another machine is not even looked at: Windows would show it who we are.
  if (/^[/\\]{2}/.test(file)) return undefined;
  if (isAbsolute(file)) return file;
  try {
    return file.startsWith("file:") ? fileURLToPath(file) : undefined;
  } catch {
    return undefined; // A host in it, or letters that no path has.
  }
}
