import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import * as vscode from "vscode";
import type { MessageConnection } from "vscode-jsonrpc";
import { AskHeap, CloseHeap, OpenHeap } from "../../collector/protocol.ts";
import type { HeapQuestion } from "../../model/heap.ts";
import type { FromHeapView, HeapSibling, ToHeapView } from "../../model/heapView.ts";
import type { CollectorLink } from "../collectorLink.ts";
import { pageHtml } from "../webviewPage.ts";
import { revealPlace } from "./revealPlace.ts";
import { siblingsOf, toSibling } from "./siblings.ts";

type Shown = Extract<ToHeapView, { kind: "opening" | "opened" | "failed" | "cancelled" }>;

/** One heap file in one editor: stands between its page and the collector, which reads the file and answers. */
export class HeapView {
  readonly #link: CollectorLink;
  readonly #uri: vscode.Uri;
  readonly #panel: vscode.WebviewPanel;
  /** How the collector knows this view's file. */
  readonly #session = randomUUID();
  readonly #subscriptions: vscode.Disposable[];
  #shown: Shown;
  /** The collector that reads it or has it open. */
  #rpc: MessageConnection | undefined;
  #siblings = new Map<string, HeapSibling>();
  /** The page listens: one that is hidden is forgotten, and stands anew when it is shown. */
  #listens = false;
  /** V8's id of an object that is to be looked at as soon as it can be. */
  #object: number | undefined;

  constructor(link: CollectorLink, pages: vscode.Uri, uri: vscode.Uri, panel: vscode.WebviewPanel) {
    this.#link = link;
    this.#uri = uri;
    this.#panel = panel;
    this.#shown = { kind: "opening", name: this.#name, fileSize: 0, progress: { step: "Opening", share: 0 } };
    panel.webview.options = { enableScripts: true, localResourceRoots: [pages] };
    this.#subscriptions = [
      panel.webview.onDidReceiveMessage((message: FromHeapView) => this.#take(message)),
      link.onHeapProgress(({ session, step, share }) => {
        if (session === this.#session) this.#progressed(step, share);
      }),
      link.onStatus(({ state }) => {
        if (state === "connected" && this.#shown.kind === "opened") void this.#reopen();
      }),
    ];
    panel.onDidChangeViewState(() => {
      if (!panel.visible) this.#listens = false;
    });
    panel.onDidDispose(() => this.#dispose());
    panel.webview.html = pageHtml(panel.webview, pages, "heap");
    void this.#open(false);
  }

  /** Looks at an object, by V8's id: at once, or when the file is open. */
  lookAt(id: number): void {
    this.#object = id;
    this.#tellObject();
  }

  #tellObject(): void {
    if (this.#object === undefined || !this.#listens || this.#shown.kind !== "opened") return;
    this.#post({ kind: "object", id: this.#object });
    this.#object = undefined;
  }

  get #name(): string {
    return basename(this.#uri.path);
  }

  #dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
    this.#close();
  }

  #close(): void {
    const rpc = this.#rpc;
    this.#rpc = undefined;
    rpc?.sendNotification(CloseHeap, { session: this.#session }).catch(() => {}); // Gone with its files.
  }

  #take(message: FromHeapView): void {
    switch (message.kind) {
      case "ready":
        this.#listens = true;
        this.#post(this.#shown);
        this.#tellObject();
        return;
      case "ask":
        void this.#ask(message.id, message.question);
        return;
      case "cancel":
        this.#close();
        this.#show({ kind: "cancelled", name: this.#name });
        return;
      case "open":
        void this.#open(message.force);
        return;
      case "reveal":
        void revealPlace(message.place);
        return;
      case "copy":
        void vscode.env.clipboard.writeText(message.text);
        return;
      case "browse":
        void this.#browse();
    }
  }

  async #open(force: boolean): Promise<void> {
    const name = this.#name;
    const fail = (message: string, wantsForce: boolean) => this.#show({ kind: "failed", name, message, wantsForce });
    if (this.#uri.scheme !== "file") {
      fail(`This file is not on this machine's disk (${this.#uri.scheme}:). Save it there, then open it.`, false);
      return;
    }
    let rpc: MessageConnection | undefined;
    try {
      const { fsPath: path } = this.#uri;
      const { size, mtimeMs } = await stat(path);
      this.#show({ kind: "opening", name, fileSize: size, progress: { step: "Opening", share: 0 } });
      rpc = await this.#link.connect();
      this.#rpc = rpc;
      const result = await rpc.sendRequest(OpenHeap, { session: this.#session, path, force });
      if (this.#rpc !== rpc) return; // Cancelled, or closed.
      if (result.kind === "tooLarge") {
        fail(result.message, true);
        return;
      }
      const siblings = result.facts.kind === "snapshot" ? await siblingsOf(path) : [];
      this.#siblings = new Map(siblings.map((sibling) => [sibling.path, sibling]));
      this.#show({ kind: "opened", name, facts: result.facts, time: mtimeMs / 1000, siblings });
    } catch (error) {
      if (rpc === undefined || this.#rpc === rpc) fail(error instanceof Error ? error.message : String(error), false);
    }
  }

  /** A collector that was started anew has no files open. */
  async #reopen(): Promise<void> {
    if ((await this.#link.connect()) !== this.#rpc) await this.#open(false);
  }

  async #ask(id: number, question: HeapQuestion): Promise<void> {
    try {
      if (question.kind === "compare") this.#check([question.before, question.between]);
      if (!this.#rpc) throw new Error("The file is not open.");
      const answer = await this.#rpc.sendRequest(AskHeap, { session: this.#session, question });
      this.#post({ kind: "answer", id, answer });
    } catch (error) {
      this.#post({ kind: "refusal", id, message: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Only files that were offered, or chosen by the user, are read. */
  #check(paths: (string | undefined)[]): void {
    for (const path of paths)
      if (path !== undefined && !this.#siblings.has(path)) throw new Error(`${basename(path)} is no longer there.`);
  }

  async #browse(): Promise<void> {
    const [chosen] =
      (await vscode.window.showOpenDialog({
        title: `Compare ${this.#name} With`,
        openLabel: "Compare",
        filters: { "Heap snapshots": ["heapsnapshot"] },
        defaultUri: vscode.Uri.joinPath(this.#uri, ".."),
      })) ?? [];
    if (!chosen || this.#shown.kind !== "opened") return;
    const sibling = await toSibling(chosen.fsPath).catch(() => undefined);
    if (!sibling) return;
    this.#siblings.set(sibling.path, sibling);
    const siblings = [...this.#siblings.values()];
    this.#shown = { ...this.#shown, siblings };
    this.#post({ kind: "siblings", siblings, chosen: sibling.path });
  }

  #progressed(step: string, share: number): void {
    const progress = { step, share };
    if (this.#shown.kind === "opening") this.#show({ ...this.#shown, progress });
    else this.#post({ kind: "progress", progress });
  }

  #show(shown: Shown): void {
    this.#shown = shown;
    this.#post(shown);
    this.#tellObject();
  }

  #post(message: ToHeapView): void {
    void this.#panel.webview.postMessage(message);
  }
}
