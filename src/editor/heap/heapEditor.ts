import * as vscode from "vscode";
import type { CollectorLink } from "../collectorLink.ts";
import { viewTypes } from "../contributions.ts";
import { openKeptFile } from "../openKeptFile.ts";
import { pagesFolder } from "../webviewPage.ts";
import { HeapView } from "./heapView.ts";

/** Shows a snapshot's file at the object with V8's id. For our own parts alone. */
const OPEN_OBJECT = "agentVitals.heap.openObject";

/** Opens a snapshot at one of its objects, by V8's id; as a whole where none is known. */
export async function openHeapObject(path: string, id: number | null): Promise<void> {
  if (id === null) await openKeptFile(path);
  else await vscode.commands.executeCommand(OPEN_OBJECT, path, id);
}

/** Opens `.heapsnapshot` and `.heapprofile` files as heap views; the collector reads them, in a thread of their own. */
export class HeapEditor implements vscode.CustomReadonlyEditorProvider, vscode.Disposable {
  readonly #link: CollectorLink;
  readonly #pages: vscode.Uri;
  readonly #registration: vscode.Disposable;
  /** By their file. */
  readonly #views = new Map<string, HeapView>();
  /** Objects to look at in files whose views are about to open. */
  readonly #asked = new Map<string, number>();

  constructor(link: CollectorLink, extensionUri: vscode.Uri) {
    this.#link = link;
    this.#pages = pagesFolder(extensionUri);
    this.#registration = vscode.Disposable.from(
      vscode.window.registerCustomEditorProvider(viewTypes.heap, this, { supportsMultipleEditorsPerDocument: true }),
      vscode.commands.registerCommand(OPEN_OBJECT, (path: string, id: number) => this.#openAt(path, id)),
    );
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => {} };
  }

  resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): void {
    const view = new HeapView(this.#link, this.#pages, uri, panel);
    this.#views.set(uri.fsPath, view);
    const id = this.#asked.get(uri.fsPath);
    this.#asked.delete(uri.fsPath);
    if (id !== undefined) view.lookAt(id);
    panel.onDidDispose(() => {
      if (this.#views.get(uri.fsPath) === view) this.#views.delete(uri.fsPath);
    });
  }

  async #openAt(path: string, id: number): Promise<void> {
    const uri = vscode.Uri.file(path);
    const view = this.#views.get(uri.fsPath);
    if (view) view.lookAt(id);
    else this.#asked.set(uri.fsPath, id);
    await vscode.commands.executeCommand("vscode.openWith", uri, viewTypes.heap);
  }

  dispose(): void {
    this.#registration.dispose();
  }
}
