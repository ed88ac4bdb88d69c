import * as vscode from "vscode";
import type { MessageConnection } from "vscode-jsonrpc";
import { FollowOutput, SendInput, SendSignal, UnfollowOutput } from "../collector/protocol.ts";
import type { WorkspaceState } from "../model/state.ts";
import type { CollectorLink } from "./collectorLink.ts";

/**
 * A terminal that is only a view of a launched run: it follows the run's output and types into its standard input,
 * so that closing it, reloading the window or losing the collector neither stops nor deafens the agent.
 */
export class RunTerminals implements vscode.Disposable {
  readonly #link: CollectorLink;
  readonly #open = new Map<string, { terminal: vscode.Terminal; view: RunView }>();

  constructor(link: CollectorLink) {
    this.#link = link;
  }

  /** Shows the terminal of a run, making it when there is none, without taking the focus unless asked. */
  show(agent: string, runId: string, focus: boolean): void {
    const known = this.#open.get(runId);
    if (known) {
      known.terminal.show(!focus);
      return;
    }
    const view = new RunView(this.#link, runId, () => this.#open.delete(runId));
    const terminal = vscode.window.createTerminal({
      name: agent,
      pty: view,
      iconPath: new vscode.ThemeIcon("pulse"),
      isTransient: true,
    });
    this.#open.set(runId, { terminal, view });
    // One terminal an agent: views of its earlier runs give way.
    for (const [id, other] of this.#open) {
      if (id !== runId && other.terminal.name === agent) other.terminal.dispose();
    }
    terminal.show(!focus);
  }

  dispose(): void {
    for (const { terminal } of this.#open.values()) terminal.dispose();
  }
}

/**
 * What a terminal's line discipline would do between keyboard and program: a pipe has none, so lines are edited and
 * echoed here and sent whole.
 */
class RunView implements vscode.Pseudoterminal {
  readonly #write = new vscode.EventEmitter<string>();
  readonly onDidWrite = this.#write.event;
  readonly #link: CollectorLink;
  readonly #runId: string;
  readonly #closed: () => void;
  #subscriptions: vscode.Disposable[] = [];
  #line = "";
  #offset = 0;
  /** The connection over which the output comes: followed twice, it would come twice. */
  #followed: MessageConnection | undefined;
  #ended = false;

  constructor(link: CollectorLink, runId: string, closed: () => void) {
    this.#link = link;
    this.#runId = runId;
    this.#closed = closed;
  }

  open(): void {
    this.#subscriptions = [
      this.#link.onOutput((output) => {
        if (output.runId !== this.#runId) return;
        this.#offset = output.end;
        this.#write.fire(output.data.replace(/\r?\n/g, "\r\n"));
      }),
      this.#link.onStatus((status) => {
        if (status.state === "connected") void this.#follow();
      }),
      this.#link.onState((state) => this.#tellEnd(state)),
    ];
    void this.#follow().then(() => this.#tellEnd(this.#link.state));
  }

  close(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
    if (this.#link.status.state === "connected") {
      this.#link.connect().then((rpc) => rpc.sendNotification(UnfollowOutput, { runId: this.#runId }), ignore);
    }
    this.#write.dispose();
    this.#closed();
  }

  /** After the last output, which may still be on its way. */
  #tellEnd(state: WorkspaceState | undefined): void {
    const run = state?.agents.flatMap((a) => a.runs).find((r) => r.id === this.#runId);
    if (this.#ended || run?.endTime === undefined) return;
    this.#ended = true;
    const how = run.exitCode === undefined ? "" : `, exit code ${run.exitCode}`;
    const timer = setTimeout(() => this.#write.fire(`\r\n[run ${run.number} ended${how}]\r\n`), 300);
    this.#subscriptions.push({ dispose: () => clearTimeout(timer) });
  }

  handleInput(data: string): void {
    if (this.#ended) return;
    if (data.startsWith("\u001b")) return; // Arrow and function keys: there is no history to move in.
    for (const key of data.replaceAll("\r\n", "\r")) this.#key(key);
  }

  #key(key: string): void {
    if (key === "\x03") {
      this.#write.fire("^C\r\n");
      this.#line = "";
      this.#send((rpc) => rpc.sendRequest(SendSignal, { runId: this.#runId, signal: "SIGINT" }));
    } else if (key === "\r" || key === "\n") {
      this.#write.fire("\r\n");
      const line = `${this.#line}\n`;
      this.#line = "";
      this.#send((rpc) => rpc.sendRequest(SendInput, { runId: this.#runId, data: line }));
    } else if (key === "\x7f" || key === "\b") {
      if (this.#line === "") return;
      this.#show([...this.#line].slice(0, -1).join(""));
    } else if (key === "\x15") {
      this.#show("");
    } else if (key === "\t") {
      // As spaces: a terminal can't step back over a tab.
      this.#write.fire(" ".repeat(cells(`${this.#line}\t`) - cells(this.#line)));
      this.#line += key;
    } else if (key >= " ") {
      this.#line += key;
      this.#write.fire(key);
    }
  }

  /** Erases what is more than `line`, by which the typed line begins. */
  #show(line: string): void {
    this.#write.fire("\b \b".repeat(cells(this.#line) - cells(line)));
    this.#line = line;
  }

  #send(request: (rpc: Awaited<ReturnType<CollectorLink["connect"]>>) => Promise<void>): void {
    this.#link
      .connect()
      .then(request)
      .catch((error: unknown) => this.#write.fire(`\r\n${error instanceof Error ? error.message : error}\r\n`));
  }

  async #follow(): Promise<void> {
    try {
      const rpc = await this.#link.connect();
      if (this.#followed === rpc) return;
      this.#followed = rpc;
      await rpc.sendRequest(FollowOutput, { runId: this.#runId, offset: this.#offset });
    } catch (error) {
      this.#write.fire(`\r\n${error instanceof Error ? error.message : error}\r\n`);
    }
  }
}

/** How many cells of a terminal a text takes from its beginning: East Asian characters and emoji two, tabs up to eight. */
function cells(text: string): number {
  let width = 0;
  for (const character of text) {
    if (character === "\t") width += 8 - (width % 8);
    else if (!/[\p{M}\u200d]/u.test(character)) width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

const ignore = () => {};
