/**
 * What the probe in an attached agent tells: JSON through a `Runtime.addBinding` function, calls within 200 ms of
 * their end, runtime figures once a second. Only numbers and names leave the agent, never a body. Times are Unix
 * seconds, durations seconds of a monotonic clock, sizes bytes.
 */

export type ProbeApi =
  | "openai.chat"
  | "openai.completions"
  | "openai.responses"
  | "openai.embeddings"
  | "anthropic.messages"
  | "ollama.chat"
  | "ollama.generate"
  | "ollama.embeddings";

/** One request to a model server, ended or (with `pending`) still under way. */
export interface ProbeCall {
  /** Unique in the process and thread. */
  id: string;
  api: ProbeApi;
  /** Host and port, nothing else of the address. */
  host: string;
  transport: "fetch" | "http" | "http2";
  model?: string;
  streaming?: boolean;
  start: number;
  duration: number;
  /** Start to the response's headers. */
  timeToFirstByte?: number;
  /** Start to the first piece of the body. */
  timeToFirstChunk?: number;
  /** Start to the first piece of a streamed answer that holds text or a tool call. */
  timeToFirstToken?: number;
  /** HTTP status. */
  status?: number;
  outcome: "ok" | "error" | "cancelled";
  /** `HTTP 429`, or the class or code of the error; never its text. */
  errorType?: string;
  inputTokens?: number;
  outputTokens?: number;
  /** Ollama's own timings. */
  ollama?: { load?: number; promptEvaluation?: number; evaluation?: number; total?: number };
  /** Of the request's own `traceparent` header (W3C). */
  traceId?: string;
  parentSpanId?: string;
  /** Told once when a request has been open for 5 s; told again, without this, when it ends. */
  pending?: boolean;
}

export interface ProbeRuntime {
  time: number;
  /** Since the last reading. */
  eventLoopDelay: { mean: number; p50: number; p99: number; max: number };
  /** Ratio of 1, since the last reading. */
  eventLoopUtilization: number;
  /** Pauses since the last reading: how many, together, the longest, and together by V8's kind. */
  gc: {
    count: number;
    duration: number;
    max: number;
    kinds: Record<string, number>;
    /** What the old generation held after the last collection of the whole heap, where there was one: the live heap. */
    heapAfter?: number;
  };
  memory: {
    rss: number;
    heapTotal: number;
    heapUsed: number;
    heapLimit: number;
    external: number;
    arrayBuffers: number;
    heapSpaces: { name: string; used: number; size: number }[];
  };
  /** Active resources by type (`process.getActiveResourcesInfo`). */
  activeResources: Record<string, number>;
  /** Since the probe was installed. */
  uncaughtExceptions: number;
  unhandledRejections: number;
  /** Names of process warnings since the last reading, e.g. `MaxListenersExceededWarning`. */
  warnings: Record<string, number>;
}

export interface ProbeBatch {
  /** Worker thread id; 0 is the main thread. */
  thread: number;
  calls: ProbeCall[];
  runtime?: ProbeRuntime;
  /** Calls that fell out because more than 1,000 a batch ended. */
  dropped: number;
}
