import * as vscode from "vscode";
import type { CollectorLink } from "../collectorLink.ts";
import { viewTypes } from "../contributions.ts";
import { pagesFolder } from "../webviewPage.ts";
import { HeapView } from "./heapView.ts";

/** Opens `.heapsnapshot` and `.heapprofile` files as heap views; the collector reads them, in a thread of their own. */
export class HeapEditor implements vscode.CustomReadonlyEditorProvider, vscode.Disposable {
  readonly #link: CollectorLink;
  readonly #pages: vscode.Uri;
  readonly #registration: vscode.Disposable;

  constructor(link: CollectorLink, extensionUri: vscode.Uri) {
    this.#link = link;
    this.#pages = pagesFolder(extensionUri);
    this.#registration = vscode.window.registerCustomEditorProvider(viewTypes.heap, this, {
      supportsMultipleEditorsPerDocument: true,
    });
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => {} };
  }

  resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): void {
    new HeapView(this.#link, this.#pages, uri, panel);
  }

  dispose(): void {
    this.#registration.dispose();
  }
}
