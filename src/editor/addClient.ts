import { basename } from "node:path";
import * as vscode from "vscode";

const clientFile = "agent-vitals.mjs";
const typesFile = "agent-vitals.d.mts";

/** Scheme of the page that shows the lines: read-only, so that nobody is asked to save it. */
const scheme = "agent-vitals";

/** The three lines that an agent needs. */
const usage = (from: string) => `import { createMonitor } from "${from}";
const monitor = createMonitor();
const answer = await monitor.measure("talker", () => callTheModel());
`;

/**
 * Copies the client as one file (with its types beside it) into a folder of the project and shows the three lines to
 * paste. An older copy is replaced, a file that is not ours is not.
 */
export async function addClient(extensionUri: vscode.Uri): Promise<void> {
  const folder = await chooseFolder();
  if (!folder) return;
  const source = vscode.Uri.joinPath(extensionUri, "dist", "client");
  for (const file of [clientFile, typesFile]) {
    const there = vscode.Uri.joinPath(folder, file);
    if (await isForeign(there)) {
      throw new Error(`${there.fsPath} is there already and is not the client of Agent Vitals. Move it away first.`);
    }
  }
  for (const file of [clientFile, typesFile]) {
    await vscode.workspace.fs.copy(vscode.Uri.joinPath(source, file), vscode.Uri.joinPath(folder, file), {
      overwrite: true,
    });
  }
  const client = vscode.Uri.joinPath(folder, clientFile);
  const page = vscode.Uri.from({ scheme, path: "/Paste into your agent.js", query: client.fsPath });
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(page), { preview: true });
}

/** Serves the page with the lines to paste; its query is the client's path. */
export function registerUsagePage(): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(scheme, {
    provideTextDocumentContent: ({ query }) =>
      `// ${vscode.workspace.asRelativePath(query)} is here now. Paste these lines into your agent:\n${usage(`./${basename(query)}`)}`,
  });
}

async function chooseFolder(): Promise<vscode.Uri | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) throw new Error("Open the folder of your agent first: the client is copied into it.");
  const workspace = folders.length === 1 ? folders[0] : await vscode.window.showWorkspaceFolderPick();
  if (!workspace) return undefined;
  const choices = [workspace.uri];
  for (const name of ["src", "lib", "app"]) {
    const uri = vscode.Uri.joinPath(workspace.uri, name);
    if (await isFolder(uri)) choices.push(uri);
  }
  if (choices.length === 1) return workspace.uri;
  const picked = await vscode.window.showQuickPick(
    choices.map((uri) => ({ label: vscode.workspace.asRelativePath(uri, false) || workspace.name, uri })),
    { placeHolder: `Folder into which ${clientFile} is copied` },
  );
  return picked?.uri;
}

async function isFolder(uri: vscode.Uri): Promise<boolean> {
  try {
    return ((await vscode.workspace.fs.stat(uri)).type & vscode.FileType.Directory) !== 0;
  } catch {
    return false;
  }
}

async function isForeign(uri: vscode.Uri): Promise<boolean> {
  try {
    const text = Buffer.from(await vscode.workspace.fs.readFile(uri)).toString();
    // The types name only our environment variables.
    return !/agent[ _]vitals/i.test(text);
  } catch {
    return false;
  }
}
