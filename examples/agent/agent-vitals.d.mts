/// <reference lib="esnext.disposable" />

// What an agent sees. This file is also the client's declaration file, word for word: it imports nothing.
// All times that the client takes and returns are milliseconds, as `performance.now()` and `Date.now()` give them.

/** How an operation ended. An abort (an error named `AbortError`) counts as cancelled, never as a failure. */
export type Outcome = "ok" | "error" | "cancelled";

export interface MonitorOptions {
  /** The agent's name. Default: `AGENT_VITALS_AGENT`, else the name in the nearest package.json, else the script's name. */
  agent?: string;
  /** The query type that the status bar shows first; by default `talker`. */
  primaryQueryType?: string;
  /** Where the collector listens. Default: `AGENT_VITALS_SOCKET`; without one the monitor does nothing and costs nothing. */
  socket?: string;
  /** The workspace's token. Default: `AGENT_VITALS_TOKEN`. */
  token?: string;
  /** Events held at most while the collector is slow or away (default 10,000); what comes then is folded into summaries. */
  queueSize?: number;
  /** Milliseconds between two memory readings once `monitorMemoryUsage()` was called; default 5000. */
  memoryInterval?: number;
}

export interface ResponseDetails {
  /** The turn that it belongs to. */
  turnId?: string;
  /** Default `ok`. */
  outcome?: Outcome;
  /** The error's class, e.g. `TimeoutError`; never its text. */
  errorType?: string;
  model?: string;
  inputTokens?: number;
  outputTokens?: number;
  /** Milliseconds from the start to the first token. */
  timeToFirstToken?: number;
}

/** One response that is under way. With `using` it ends, as `ok`, when its block is left, unless it ended before. */
export interface ResponseTracker extends Disposable {
  readonly queryType: string;
  /** The first token is here; later calls change nothing. */
  firstToken(): void;
  /** Tokens read and written; what is given replaces what was given before. */
  tokens(count: { input?: number; output?: number }): void;
  model(name: string): void;
  /** Counts the response; later calls change nothing. */
  end(outcome?: Outcome, errorType?: string): void;
}

/** One request of a user that is under way. With `using` it ends when its block is left, unless it ended before. */
export interface Turn extends Disposable {
  readonly id: string;
  /** Starts a response of this turn. */
  response(queryType: string): ResponseTracker;
  /** As `Monitor.measure`, for a part of this turn. */
  measure<T>(queryType: string, fn: () => T): T;
  /** A moment of this turn: `end_of_utterance`, `first_audio`, a stage, or a name of your own. */
  mark(name: string): void;
  /** The user barged in: the turn ends as `cancelled` unless `end` is told otherwise. */
  interrupted(): void;
  /** Counts the turn; later calls change nothing. */
  end(outcome?: Outcome): void;
}

/** Bytes. `heapSpaces` are V8's own. */
export interface MemoryUsage {
  rss: number;
  heapTotal: number;
  heapUsed: number;
  heapLimit: number;
  external: number;
  arrayBuffers: number;
  heapSpaces: { name: string; used: number; size: number }[];
}

/** Milliseconds, from all responses since the monitor was made; exact to 3 significant digits. */
export interface Percentiles {
  mean: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

export interface ResponseSummary {
  /** All responses, errors and cancelled ones included. */
  count: number;
  errors: number;
  cancelled: number;
  /** Durations of those that were not cancelled; absent when there is none. */
  duration?: Percentiles;
  /** Absent when no response told its first token. */
  timeToFirstToken?: Percentiles & { count: number };
}

export interface PerformanceSummary {
  agent: string;
  /** By query type. Empty in a monitor without a collector, which keeps nothing. */
  responses: Record<string, ResponseSummary>;
  voice: { success: number; failure: number };
}

/**
 * Never throws and never waits: what can't be sent is queued, then folded into summaries, then counted as dropped.
 * Where the agent uses OpenTelemetry, a response tells the span that was active when it started.
 */
export interface Monitor {
  /** False when there is no collector to report to: nothing is measured then. */
  readonly enabled: boolean;
  /** Events waiting to be sent. */
  readonly queued: number;
  /** Counts a response that you timed: two `performance.now()` values, or two `Date.now()` values (above 1e11). */
  trackResponseTime(start: number, end: number, queryType: string, details?: ResponseDetails): void;
  /** Times a function, synchronous or asynchronous; returns what it returns and throws what it throws. */
  measure<T>(queryType: string, fn: () => T): T;
  /** Starts a response whose end you tell; for streams. */
  startResponse(queryType: string, details?: { turnId?: string; model?: string }): ResponseTracker;
  /** Method decorator (standard decorators): every call is measured. */
  timed(
    queryType: string,
  ): <T, A extends unknown[], R>(
    method: (this: T, ...args: A) => R,
    context: ClassMethodDecoratorContext,
  ) => (this: T, ...args: A) => R;
  /** Starts a turn; its id is made up unless given. */
  startTurn(options?: { id?: string }): Turn;
  /** A moment of the agent. */
  mark(name: string): void;
  /** Counts voice interactions, one (`true`, `false`) or several; `quality` is 0 to 1, `latency` milliseconds. */
  trackVoiceReliability(
    success: boolean | { success: number; failure: number },
    details?: { stage?: string; reason?: string; quality?: number; latency?: number },
  ): void;
  /** Reads the process's memory now, and from the first call on every `memoryInterval`. */
  monitorMemoryUsage(): MemoryUsage;
  /** A reading of a gauge of your own; `unit` is UCUM: `s`, `By`, `1`, `{token}`. */
  recordMetric(name: string, value: number, unit: string, attributes?: Record<string, string | number | boolean>): void;
  /** Writes the summary of everything so far to the collector's log, and returns it. */
  logPerformanceMetrics(): PerformanceSummary;
  /** Called when the collector asks the agent to free what it can. Returns a function that takes the hook away. */
  onCleanup(fn: () => unknown): () => void;
  /** Called when the collector asks the agent to end. Returns a function that takes the hook away. */
  onShutdown(fn: () => unknown): () => void;
  /**
   * Resolves when all that was queued has been handed to the operating system, or at once while the collector is away.
   * What was handed over and not yet read when the collector dies is lost; what was not is sent to its successor.
   */
  flush(): Promise<void>;
  /** Flushes and disconnects, within a second at most; the monitor does nothing afterwards. */
  close(): Promise<void>;
}

/** Connects to the collector that made this terminal or launched this agent; elsewhere returns a monitor that does nothing. */
export declare function createMonitor(options?: MonitorOptions): Monitor;
