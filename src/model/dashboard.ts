/**
 * Messages between the dashboard webview and the editor. Requests carry an id and are answered within
 * {@link REQUEST_TIMEOUT} or rejected; notifications are not answered.
 */
import type { AgentSeries, WorkspaceState } from "./state.ts";

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
}

/** Editor → webview, no answer wanted. */
export type DashboardNotification =
  /** At most 5 Hz: state of all agents, the shown agent's name, and the connection. */
  | { kind: "state"; state: WorkspaceState | undefined; collector: CollectorStatus; shown: string | undefined }
  /** Whole series of the shown agent: replaces what was there. */
  | { kind: "series"; series: AgentSeries }
  /** What came since: latency points replace those of the same time, the rest is appended, responses by index. */
  | { kind: "tick"; series: AgentSeries };

/** Webview → editor, answered. */
export type DashboardRequest =
  /** The webview stands; answers the configured agents by a `state` and `series` notification. */
  | { kind: "ready"; memento: DashboardMemento }
  | { kind: "show"; agent: string }
  /** Runs one of our commands by its id, with the agent's name. */
  | { kind: "command"; command: DashboardCommand; agent?: string };

export type DashboardCommand =
  | "agentVitals.startAgent"
  | "agentVitals.stopAgent"
  | "agentVitals.restartAgent"
  | "agentVitals.pinAgent"
  | "agentVitals.attachToProcess"
  | "agentVitals.addClient"
  | "agentVitals.copyEnvironment"
  | "agentVitals.showLog"
  | "agentVitals.openConfig";

/** The frames in which both are sent. */
export type ToEditor = { id: number; request: DashboardRequest };
export type ToWebview =
  | { notification: DashboardNotification }
  | { id: number; ok: true }
  | { id: number; ok: false; error: string };
