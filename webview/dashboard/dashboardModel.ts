import type {
  CollectorStatus,
  DashboardMemento,
  DashboardNotification,
  ShownLeaks,
} from "../../src/model/dashboard.ts";
import type { HistoryQuery, RecordedRun } from "../../src/model/series.ts";
import type { AgentState, WorkspaceState } from "../../src/model/state.ts";
import type { TurnDetail } from "../../src/model/turns.ts";
import { HistoryFeed } from "./history/historyFeed.ts";
import { emptyWindow, merge, type SeriesWindow, trim } from "./seriesWindow.ts";

// A collector on another machine may have another clock; the same machine's is only late by the way of a message.
const CLOCKS_AGREE = 2;

/** What the dashboard shows: the latest of everything the editor told, whether or not it is painted. */
export class DashboardModel {
  collector: CollectorStatus | undefined;
  state: WorkspaceState | undefined;
  series: SeriesWindow;
  memento: Partial<DashboardMemento>;
  /** The turn that was told last; `detail` is undefined when it is no longer kept. */
  turn: { agent: string; index: number; detail: TurnDetail | undefined } | undefined;
  /** What is known of the shown agent's leaks; undefined until it was told. */
  leaks: ShownLeaks | undefined;
  /** How many times the whole series came: what was asked about before may have changed. */
  wholes = 0;
  /** What the editor could not do when it was last asked. */
  failure: string | undefined;
  /** What the charts show beside the last ten minutes. */
  readonly history: HistoryFeed;
  /** The two runs that are laid side by side. */
  readonly compared: readonly [HistoryFeed, HistoryFeed];
  /** The shown agent's recorded runs; undefined until they were told. */
  recordedRuns: readonly RecordedRun[] | undefined;
  #shown: string | undefined;
  #clockOffset = 0;
  readonly #clock: () => number;

  /**
   * @param clock this page's time, Unix seconds
   * @param askHistory sends a question to the editor and returns its number
   */
  constructor(memento: Partial<DashboardMemento>, clock: () => number, askHistory: (query: HistoryQuery) => number) {
    this.memento = memento;
    this.#clock = clock;
    this.history = new HistoryFeed(askHistory);
    this.compared = [new HistoryFeed(askHistory), new HistoryFeed(askHistory)];
    this.series = emptyWindow(memento.agent ?? "");
  }

  /** The collector's time, Unix seconds. */
  get now(): number {
    return this.#clock() + this.#clockOffset;
  }

  get agents(): AgentState[] {
    return this.state?.agents ?? [];
  }

  /** The shown agent; undefined while there is none. */
  get agent(): AgentState | undefined {
    return this.agents.find((a) => a.name === this.#shown);
  }

  apply(notification: DashboardNotification): void {
    switch (notification.kind) {
      case "state":
        this.#takeState(notification);
        break;
      case "series":
        this.series = merge(emptyWindow(notification.series.agent), notification.series);
        this.wholes++;
        break;
      case "tick":
        if (notification.series.agent === this.series.agent) this.series = merge(this.series, notification.series);
        break;
      case "turn": {
        const { agent, index, detail } = notification;
        this.turn = { agent, index, detail };
        break;
      }
      case "history":
        for (const feed of [this.history, ...this.compared]) if (feed.take(notification)) break;
        break;
      case "runs":
        if (notification.agent === this.#shown) this.recordedRuns = notification.runs;
        break;
      case "leaks":
        if (notification.agent === this.#shown) this.leaks = notification.leaks;
        break;
      case "page":
        this.memento = { ...this.memento, page: notification.page };
        break;
    }
    this.series = trim(this.series, this.#seriesEnd());
  }

  #takeState({ state, collector, shown }: Extract<DashboardNotification, { kind: "state" }>): void {
    this.collector = collector;
    this.state = state;
    this.#shown = shown;
    if (shown !== undefined && shown !== this.memento.agent) {
      const { agent, range } = this.memento;
      // Another agent's turns are numbered anew, its runs are others; a stretch of time is the same for all.
      const kept = range?.kind === "run" ? undefined : range;
      const others = agent === undefined ? {} : { turn: undefined, range: kept, compared: undefined };
      this.memento = { ...this.memento, ...others, agent: shown };
    }
    // Another agent's figures must not stand under this one's name until its own have come.
    if (shown !== undefined && shown !== this.series.agent) {
      this.series = emptyWindow(shown);
      this.recordedRuns = undefined;
      this.leaks = undefined;
    }
    if (state) {
      const offset = state.time - this.#clock();
      if (collector.state === "connected") this.#clockOffset = Math.abs(offset) > CLOCKS_AGREE ? offset : 0;
    }
  }

  /** An agent that has ended keeps its last figures. */
  #seriesEnd(): number {
    return this.agent?.runs[0]?.endTime ?? this.now;
  }
}
