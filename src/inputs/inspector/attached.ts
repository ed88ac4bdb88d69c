import type { ProbeBatch } from "../../model/probe.ts";
import type { Identify } from "../../model/process.ts";
import type { EventParameters, ParametersOf, ResultOf } from "./methods.ts";

export interface InspectorSink {
  batch(batch: ProbeBatch): void;
  /** Worker threads that carry the probe, the main one not counted; called when it changes. */
  threads(count: number): void;
  /** Once, unless detached before: the target exits, or the connection was lost while it lives. The message is for people. */
  closed(reason: "exited" | "lost", message: string): void;
}

export interface AttachOptions {
  sink: InspectorSink;
  identify: Identify;
  log: (severity: "info" | "warning" | "error", message: string) => void;
}

/** A worker thread of a process that is attached to. */
export interface AttachedWorker {
  /** Node's number of it. */
  readonly thread: number;
  send<M extends string>(method: M, params?: ParametersOf<M>, deadline?: number): Promise<ResultOf<M>>;
  on<E extends string>(event: E, listener: (params: EventParameters<E>) => void): () => void;
}

/** A process that carries the probe. */
export interface AttachedInspector {
  /** As this machine calls it; of a target by port or URL what it calls itself. */
  readonly pid: number;
  /** `Node 24.9.0` */
  readonly runtime: string;
  readonly url: string;
  /** Its inspector was closed, and opened by a signal of ours or of another collector's. */
  readonly openedByUs: boolean;
  /** Worker threads that carry the probe, the main one not counted. */
  readonly threads: number;
  /** CDP to the worker threads that run. */
  readonly workers: readonly AttachedWorker[];
  /** js-debug is attached too, so figures are those of a debugged process. */
  readonly debugger: boolean;
  /**
   * CDP to the main thread; `deadline` in seconds, 5 by default.
   * @throws when the target refuses, does not answer in time, or is gone
   */
  send<M extends string>(method: M, params?: ParametersOf<M>, deadline?: number): Promise<ResultOf<M>>;
  /** Events of the main thread, until the returned function is called. */
  on<E extends string>(event: E, listener: (params: EventParameters<E>) => void): () => void;
  /** Reads nothing of what the target sends until {@link resume}: it waits in the target. */
  pause(): void;
  resume(): void;
  /** Takes the probe out of all threads and closes an inspector that was opened by us; within 2 s whatever the target does. */
  detach(): Promise<void>;
}
