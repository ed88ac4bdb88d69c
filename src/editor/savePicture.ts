import * as vscode from "vscode";

const MAX_BYTES = 32 * 1024 * 1024;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Asks where to keep a picture (PNG, base64) and writes it; tells its own failures. */
export async function savePicture(name: string, data: string): Promise<void> {
  try {
    const picture = decode(data);
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const file = `${name.replace(/[^\w.-]+/g, "-").slice(0, 100) || "agent-vitals"}.png`;
    const uri = await vscode.window.showSaveDialog({
      title: "Save Picture",
      filters: { Pictures: ["png"] },
      ...(folder && { defaultUri: vscode.Uri.joinPath(folder, file) }),
    });
    if (uri) await vscode.workspace.fs.writeFile(uri, picture);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(`The picture could not be saved: ${reason}`);
  }
}

/** @throws when it is no PNG, or larger than 32 MiB */
function decode(data: string): Buffer {
  if (data.length > (MAX_BYTES / 3) * 4 + 4) throw new Error("it is larger than 32 MiB.");
  const picture = Buffer.from(data, "base64");
  if (!picture.subarray(0, PNG.length).equals(PNG)) throw new Error("the dashboard sent no PNG.");
  return picture;
}
