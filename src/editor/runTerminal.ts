import * as vscode from "vscode";
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
  #following = false;
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
        // Once for each collector.
        if (status.state !== "connected") this.#following = false;
        else if (!this.#following) void this.#follow();
      }),
      this.#link.onState((state) => this.#tellEnd(state)),
    ];
    void this.#follow();
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
    setTimeout(() => this.#write.fire(`\r\n[run ${run.number} ended${how}]\r\n`), 300);
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
      this.#line = [...this.#line].slice(0, -1).join("");
      this.#write.fire("\b \b");
    } else if (key === "\x15") {
      this.#write.fire("\b \b".repeat([...this.#line].length));
      this.#line = "";
    } else if (key >= " " || key === "\t") {
      this.#line += key;
      this.#write.fire(key);
    }
  }

  #send(request: (rpc: Awaited<ReturnType<CollectorLink["connect"]>>) => Promise<void>): void {
    this.#link
      .connect()
      .then(request)
      .catch((error: unknown) => this.#write.fire(`\r\n${error instanceof Error ? error.message : error}\r\n`));
  }

  async #follow(): Promise<void> {
    this.#following = true;
    try {
      const rpc = await this.#link.connect();
      await rpc.sendRequest(FollowOutput, { runId: this.#runId, offset: this.#offset });
    } catch (error) {
      this.#write.fire(`\r\n${error instanceof Error ? error.message : error}\r\n`);
    }
  }
}

const ignore = () => {};
