/**
 * The typed RPC between the collector and its clients (windows, CLI), carried by `vscode-jsonrpc` over
 * the control socket. Types only matter on both ends; nothing here does any work.
 */
import { NotificationType, RequestType, RequestType0 } from "vscode-jsonrpc";
import type { ProcessInfo } from "../model/process.ts";
import type { AgentSeries, WorkspaceState } from "../model/state.ts";

export type { ProcessInfo };

export interface InitializeParams {
  /** The client's version; a newer one than the collector's makes the collector hand over and leave. */
  version: string;
  kind: "window" | "cli";
  pid: number;
}
export interface InitializeResult {
  version: string;
  pid: number;
  /** False when the versions differ. */
  accepted: boolean;
  /** The client's version is newer: this collector is leaving, start one of your own. */
  leaving: boolean;
}

/** What a window tells the collector of its workspace and settings. Seconds. */
export interface CollectorSettings {
  /** Workspace folders, absolute paths; each may hold a config file. */
  folders: string[];
  /** Between two readings of a process tree. */
  samplingInterval: number;
  /** Objectives for p95 by query type, where an agent's config names none. */
  thresholds: Record<string, number>;
  /** Keep launched agents running when the last window has gone. */
  keepAgents: boolean;
  /** False in an untrusted workspace: nothing that the workspace names is run. */
  trusted: boolean;
}

export interface RunOutput {
  runId: string;
  data: string;
  /** Offset in the output behind `data`, bytes. */
  end: number;
}

export const Initialize = new RequestType<InitializeParams, InitializeResult, void>("initialize");
export const Configure = new RequestType<CollectorSettings, void, void>("configure");
/** Starts a configured agent. Resolves when the process runs; rejects with what to do. */
export const StartAgent = new RequestType<{ agent: string }, { runId: string }, void>("agent/start");
/** Stops it: shutdown hooks, then its stop signal to the group, then SIGKILL. Resolves when it has ended. */
export const StopAgent = new RequestType<{ agent: string }, void, void>("agent/stop");
export const RestartAgent = new RequestType<{ agent: string }, { runId: string }, void>("agent/restart");
/** Calls the agent's own cleanup hooks. */
export const CleanUpAgent = new RequestType<{ agent: string }, void, void>("agent/cleanUp");
export const ListProcesses = new RequestType0<ProcessInfo[], void>("process/list");
/** Watches a process by pid; resolves with the agent's name. */
export const Attach = new RequestType<{ pid: number }, { agent: string }, void>("process/attach");
/** Forgets an attached process, or an agent that has ended; it is not stopped. */
export const Detach = new RequestType<{ agent: string }, void, void>("process/detach");
/** Whole series of an agent; afterwards `Tick` comes for it until another or none is watched. */
export const WatchSeries = new RequestType<{ agent: string | undefined }, AgentSeries | undefined, void>(
  "series/watch",
);
/** Output of a launched run from an offset on; afterwards `Output` follows until `unfollow`. */
export const FollowOutput = new RequestType<{ runId: string; offset: number }, void, void>("output/follow");
export const UnfollowOutput = new NotificationType<{ runId: string }>("output/unfollow");
/** Types into a launched run's standard input. */
export const SendInput = new RequestType<{ runId: string; data: string }, void, void>("run/input");
/** Signals a launched run's process group. */
export const SendSignal = new RequestType<{ runId: string; signal: "SIGINT" | "SIGTERM" | "SIGKILL" }, void, void>(
  "run/signal",
);
export const GetState = new RequestType0<WorkspaceState, void>("state");

/** Collector → client, at most 5 Hz, only on change. */
export const StateChanged = new NotificationType<WorkspaceState>("state/changed");
/** Collector → client, at most 5 Hz: what came since the last one. */
export const Tick = new NotificationType<AgentSeries>("series/tick");
export const Output = new NotificationType<RunOutput>("output");
/** A line for the log channel. */
export const LogLine = new NotificationType<{ severity: "info" | "warning" | "error"; message: string }>("log");
