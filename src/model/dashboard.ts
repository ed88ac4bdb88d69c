/**
 * Messages between the dashboard webview and the editor. Requests carry an id and are answered within
 * {@link REQUEST_TIMEOUT} or rejected; notifications are not answered.
 */
import type { AgentLeaks } from "./leaks.ts";
import type { History, HistoryQuery, RecordedRun } from "./series.ts";
import type { AgentSeries, WorkspaceState } from "./state.ts";
import type { TurnDetail } from "./turns.ts";

/** After this many seconds without an answer a request is rejected on the asking side. */
export const REQUEST_TIMEOUT = 10;

/** The connection to the collector, as the views tell it. */
export interface CollectorStatus {
  state: "none" | "connecting" | "connected" | "restarting" | "failed";
  /** Since when, Unix seconds. */
  since: number;
  /** Which try of starting it again this is. */
  attempt?: number;
  message?: string;
}

/** What a dashboard keeps over a reload (`vscode.setState`). */
export interface DashboardMemento {
  agent?: string;
  /** Charts are shown as their tables. */
  table?: boolean;
  /** All query types have a track, none is folded away. */
  everything?: boolean;
  /** Disk, network, files, threads and pressure have their tracks. */
  moreResources?: boolean;
  page?: DashboardPageName;
  /** Index of the turn that is looked at, within {@link agent}. */
  turn?: number | undefined;
  turnList?: TurnListChoice;
  range?: DashboardRange | undefined;
  /** Of several machines that whose history is shown. */
  host?: string;
  /** The two runs of {@link agent} that are laid side by side, by their ids. */
  compared?: [string, string] | undefined;
  /** Whose course the page of memory draws; its key. */
  resource?: string;
  /** What it is drawn over. */
  trendOver?: "time" | "turns";
}

export type DashboardPageName = "overview" | "turns" | "resources" | "memory" | "runs";

/** What the page of memory shows of an agent. */
export interface ShownLeaks extends AgentLeaks {
  /** What the editor knows of the suspects of {@link AgentLeaks.reported}, in their order. */
  suspects: ShownSuspect[];
}

export interface ShownSuspect {
  /** Its location's file as people name it: from the workspace's folder on. */
  path?: string;
  /** The lines around its location, where that is a file of the workspace which was not changed since the hunt. */
  excerpt?: {
    /** Number of the first of them, from 1. */
    first: number;
    lines: string[];
  };
  /** Its file was changed since the hunt: the line may be another. */
  changed: boolean;
  /** It is not shown among the Problems of this workspace. */
  silenced: boolean;
  /** A snapshot that has it is still there. */
  kept: boolean;
}

/** What can be done about a suspect: see its line, what holds it, what is known of its kind; or hide it. */
export type SuspectAction = "reveal" | "retainers" | "explain" | "silence";

/** What stretch of time the charts show: `live` is the last ten minutes as they come, the others are asked for. */
export type DashboardRange =
  | { kind: "live" }
  /** The last so many seconds, moving on with time. */
  | { kind: "last"; span: number }
  | { kind: "run"; run: string }
  /** Zoomed or panned to: stands still. Unix seconds. */
  | { kind: "fixed"; from: number; to: number };

/** Which turns are listed, and in which order. */
export interface TurnListChoice {
  /** What was typed: filters such as `silence:>2s`, and words. */
  query: string;
  kind: "all" | "voice" | "chat";
  /** Only those past their objective. */
  slowOnly: boolean;
  sort: "time" | "wait" | "whole";
  descending: boolean;
}

/** Editor → webview, no answer wanted. */
export type DashboardNotification =
  /** At most 5 Hz: state of all agents, the shown agent's name, and the connection. */
  | { kind: "state"; state: WorkspaceState | undefined; collector: CollectorStatus; shown: string | undefined }
  /** Whole series of the shown agent: replaces what was there. */
  | { kind: "series"; series: AgentSeries }
  /** What came since: latency points replace those of the same time, the rest is appended, responses by index. */
  | { kind: "tick"; series: AgentSeries }
  /** In answer to a `turn` request, and again when an open turn changed; undefined when it is no longer kept. */
  | { kind: "turn"; agent: string; index: number; detail: TurnDetail | undefined }
  /** In answer to a `history` request: `id` is that of its query. */
  | { kind: "history"; id: number; history: History }
  | { kind: "history"; id: number; error: string }
  /** In answer to a `runs` request: those that are recorded, in any order. */
  | { kind: "runs"; agent: string; runs: RecordedRun[] }
  /** In answer to a `leaks` request, and again on change, at most once a second. */
  | { kind: "leaks"; agent: string; leaks: ShownLeaks }
  /** Shows a page, as somebody outside of the dashboard asked for. */
  | { kind: "page"; page: DashboardPageName };

/** Webview → editor, answered. */
export type DashboardRequest =
  /** The webview stands; answers the configured agents by a `state` and `series` notification. */
  | { kind: "ready"; memento: DashboardMemento }
  | { kind: "show"; agent: string }
  /** One turn, whole: answered by a `turn` notification, and by more of them while it changes. */
  | { kind: "turn"; agent: string; index: number }
  /** A stretch of what was recorded: answered by a `history` notification with this `id`. */
  | { kind: "history"; id: number; query: HistoryQuery }
  /** The recorded runs of the last 30 days: answered by a `runs` notification. */
  | { kind: "runs"; agent: string }
  /** Everything about an agent's leaks: answered by a `leaks` notification, and by more until none is asked for. */
  | { kind: "leaks"; agent: string | undefined }
  /** Of the suspect at `index` in the report of the hunt that ended at `time`: no other place is ever opened. */
  | { kind: "suspect"; agent: string; time: number; index: number; action: SuspectAction }
  /** Cancels the hunt in an agent, whoever began it. */
  | { kind: "cancelHunt"; agent: string }
  /** Asks where to keep a picture of the charts, and writes it. `data`: PNG, base64. */
  | { kind: "picture"; name: string; data: string }
  /** Runs one of our commands by its id, with the agent's name. */
  | { kind: "command"; command: DashboardCommand; agent?: string };

export type DashboardCommand =
  | "agentVitals.startAgent"
  | "agentVitals.stopAgent"
  | "agentVitals.restartAgent"
  | "agentVitals.pinAgent"
  | "agentVitals.attachToProcess"
  | "agentVitals.attachInspector"
  | "agentVitals.addClient"
  | "agentVitals.copyEnvironment"
  | "agentVitals.showLog"
  | "agentVitals.openConfig"
  | "agentVitals.exportRecord"
  | "agentVitals.showRecord"
  | "agentVitals.deleteRecord"
  | "agentVitals.measurePss"
  | "agentVitals.takeHeapSnapshot"
  | "agentVitals.huntForLeaks"
  | "agentVitals.collectGarbage"
  | "agentVitals.heapSummary"
  | "agentVitals.openHandles"
  | "agentVitals.findGrowingLines"
  | "agentVitals.showSilencedLeaks";

/** The frames in which both are sent. */
export type ToEditor = { id: number; request: DashboardRequest };
export type ToWebview =
  | { notification: DashboardNotification }
  | { id: number; ok: true }
  | { id: number; ok: false; error: string };
