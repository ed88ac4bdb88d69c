import * as vscode from "vscode";
import { GetHistory, GetTurn, ListRuns, WatchSeries } from "../collector/protocol.ts";
import type {
  DashboardMemento,
  DashboardNotification,
  DashboardPageName,
  DashboardRequest,
  ToEditor,
  ToWebview,
} from "../model/dashboard.ts";
import type { AgentSeries } from "../model/state.ts";
import type { CollectorLink } from "./collectorLink.ts";
import { commands, viewTypes } from "./contributions.ts";
import { shownAgent } from "./judged.ts";
import type { LeakProblems } from "./leaks/leakProblems.ts";
import { MemoryPage } from "./leaks/memoryPage.ts";
import type { Pin } from "./pin.ts";
import { savePicture } from "./savePicture.ts";
import { pageHtml, pagesFolder } from "./webviewPage.ts";

/** Runs of the last 30 days are listed, seconds. */
const RUNS_SPAN = 30 * 86_400;

const allowedCommands = new Set<string>(Object.values(commands).map((c) => c.command));

/** The dashboard: one panel a window, restored after a reload by its serializer. */
export class Dashboard implements vscode.WebviewPanelSerializer<DashboardMemento>, vscode.Disposable {
  readonly #link: CollectorLink;
  readonly #pin: Pin;
  readonly #root: vscode.Uri;
  readonly #subscriptions: vscode.Disposable[];
  #panel: vscode.WebviewPanel | undefined;
  /** The webview stands and listens. */
  #ready = false;
  /** The agent that somebody chose; else the one the status bar shows. */
  #chosen: string | undefined;
  #watched: string | undefined;
  #turn: { agent: string; index: number } | undefined;
  readonly #memory: MemoryPage;
  /** The page that was asked for before the webview stood. */
  #page: DashboardPageName | undefined;
  // A hidden panel gets nothing; what it missed comes whole when it is shown again.
  #missed = false;

  constructor(link: CollectorLink, pin: Pin, leakProblems: LeakProblems, extensionUri: vscode.Uri) {
    this.#link = link;
    this.#pin = pin;
    this.#root = pagesFolder(extensionUri);
    this.#memory = new MemoryPage(link, leakProblems, extensionUri, (notification) => this.#notify(notification));
    this.#subscriptions = [
      this.#memory,
      link.onState(() => this.#sendState()),
      link.onStatus((status) => {
        if (status.state === "connected") this.#watched = undefined;
        this.#sendState();
      }),
      link.onTick((series) => this.#sendTick(series)),
      pin.onChange(() => this.#sendState()),
      vscode.window.registerWebviewPanelSerializer(viewTypes.dashboard, this),
    ];
  }

  dispose(): void {
    this.#panel?.dispose();
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  /** Opens the dashboard, or brings it to the front, on an agent and a page if they are named. */
  show(agent?: string, page?: DashboardPageName): void {
    if (agent) this.#chosen = agent;
    this.#page = page;
    if (this.#panel) {
      this.#panel.reveal();
      this.#sendState();
      this.#sendPage();
      return;
    }
    this.#adopt(
      vscode.window.createWebviewPanel(viewTypes.dashboard, "Agent Vitals", vscode.ViewColumn.Active, this.#options()),
    );
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, memento: DashboardMemento | undefined): Promise<void> {
    this.#chosen = memento?.agent;
    panel.webview.options = this.#options();
    this.#adopt(panel);
  }

  #options(): vscode.WebviewPanelOptions & vscode.WebviewOptions {
    return { enableScripts: true, localResourceRoots: [this.#root], enableFindWidget: true };
  }

  #adopt(panel: vscode.WebviewPanel): void {
    this.#panel = panel;
    this.#ready = false;
    panel.iconPath = {
      light: vscode.Uri.joinPath(this.#root, "..", "..", "media", "tab-light.svg"),
      dark: vscode.Uri.joinPath(this.#root, "..", "..", "media", "tab-dark.svg"),
    };
    panel.webview.onDidReceiveMessage((message: ToEditor) => void this.#answer(message));
    panel.onDidChangeViewState(() => {
      if (panel.visible && this.#missed) this.#rewatch();
    });
    panel.onDidDispose(() => {
      this.#panel = undefined;
      this.#ready = false;
      this.#watch(undefined);
      void this.#memory.watch(undefined);
    });
    panel.webview.html = pageHtml(panel.webview, this.#root, "dashboard");
  }

  async #answer({ id, request }: ToEditor): Promise<void> {
    try {
      await this.#handle(request);
      this.#post({ id, ok: true });
    } catch (error) {
      this.#post({ id, ok: false, error: error instanceof Error ? error.message : String(error) });
    }
  }

  async #handle(request: DashboardRequest): Promise<void> {
    switch (request.kind) {
      case "ready":
        this.#ready = true;
        this.#chosen ??= request.memento.agent;
        this.#rewatch();
        this.#sendPage();
        return;
      case "show":
        this.#chosen = request.agent;
        this.#sendState();
        return;
      case "turn":
        this.#turn = { agent: request.agent, index: request.index };
        await this.#sendTurn();
        return;
      case "history":
        await this.#sendHistory(request);
        return;
      case "runs":
        await this.#sendRuns(request.agent);
        return;
      case "leaks":
        await this.#memory.watch(request.agent);
        return;
      case "suspect":
        await this.#memory.act(request);
        return;
      case "cancelHunt":
        await this.#memory.cancelHunt(request.agent);
        return;
      case "picture":
        // Not awaited: the user may take their time to say where.
        void savePicture(request.name, request.data);
        return;
      case "command":
        if (!allowedCommands.has(request.command)) throw new Error(`${request.command} is no command of Agent Vitals`);
        // Not awaited: a command may ask the user, for as long as they like, and tells its own failures.
        void vscode.commands.executeCommand(request.command, ...(request.agent === undefined ? [] : [request.agent]));
    }
  }

  #rewatch(): void {
    this.#missed = false;
    this.#watched = undefined;
    this.#sendState();
  }

  #sendState(): void {
    if (!this.#ready) return;
    const { state, status } = this.#link;
    const shown = shownAgent(state, this.#chosen ?? this.#pin.agent)?.name;
    this.#notify({ kind: "state", state, collector: status, shown });
    if (status.state === "connected" && shown !== this.#watched) this.#watch(shown);
  }

  #sendPage(): void {
    if (!this.#ready || this.#page === undefined) return;
    this.#notify({ kind: "page", page: this.#page });
    this.#page = undefined;
  }

  #sendTick(series: AgentSeries): void {
    if (series.agent !== this.#watched) return;
    this.#notify({ kind: "tick", series });
    const changed = series.turns.some((row) => row.index === this.#turn?.index);
    if (changed && this.#turn?.agent === series.agent) this.#sendTurn().catch(() => {});
  }

  /** The turn that is looked at, whole: now, and whenever its row changed. */
  async #sendTurn(): Promise<void> {
    const turn = this.#turn;
    if (!turn) return;
    const detail = (await (await this.#link.connect()).sendRequest(GetTurn, turn)) ?? undefined;
    if (this.#turn === turn) this.#notify({ kind: "turn", ...turn, detail });
  }

  /** A failure is an answer too: the page says it where the charts are. */
  async #sendHistory({ id, query }: Extract<DashboardRequest, { kind: "history" }>): Promise<void> {
    try {
      const history = await (await this.#link.connect()).sendRequest(GetHistory, query);
      this.#notify({ kind: "history", id, history });
    } catch (error) {
      this.#notify({ kind: "history", id, error: error instanceof Error ? error.message : String(error) });
    }
  }

  async #sendRuns(agent: string): Promise<void> {
    const to = Date.now() / 1000;
    const runs = await (await this.#link.connect()).sendRequest(ListRuns, { agent, from: to - RUNS_SPAN, to });
    this.#notify({ kind: "runs", agent, runs });
  }

  #watch(agent: string | undefined): void {
    this.#watched = agent;
    if (this.#link.status.state !== "connected") return;
    this.#link
      .connect()
      .then((rpc) => rpc.sendRequest(WatchSeries, { agent }))
      .then((series) => {
        if (series && this.#watched === agent) this.#notify({ kind: "series", series });
      })
      .catch(() => {
        this.#watched = undefined; // The collector went away: asked again once it is back.
      });
  }

  #notify(notification: DashboardNotification): void {
    if (!this.#panel?.visible) {
      this.#missed = true;
      return;
    }
    if (this.#ready) this.#post({ notification });
  }

  #post(message: ToWebview): void {
    void this.#panel?.webview.postMessage(message);
  }
}
