import type { TSchema } from "typebox";
import type { SuiteErrorKind } from "../model/suites.ts";

/**
 * What a suite sends requests to. One file a kind in `targets/`; each is told apart by its `kind`, reads its own part of
 * the suite's file (`settings`, checked against `schema` by then), and knows nothing of load.
 */
export interface TargetKind<Settings, Request> {
  readonly kind: string;
  /** Of the target's part of the suite's file: an object with `kind` as a literal. */
  readonly schema: TSchema;
  /** Of one request of a scenario that goes to it. */
  readonly requestSchema: TSchema;
  /** Whether its answers may come in tokens. */
  readonly tokens: boolean;
  /** Stages of which its answers may tell. */
  readonly stages: "any" | readonly string[];
  /** Makes what requests are sent by: connections, a child process, a loaded module. @throws with what to do */
  open(settings: Settings, context: TargetContext): Promise<OpenTarget<Request>>;
}

export interface TargetContext {
  /** Folder of the suite's file: relative paths begin there. */
  folder: string;
  env: NodeJS.ProcessEnv;
  /** At most so many requests at once: how many connections it may keep. */
  connections: number;
}

export interface OpenTarget<Request> {
  /**
   * One request. Never rejects: what goes wrong is an outcome. Ends soon after `signal` is aborted: as an error of the
   * kind `timeout` when the reason is a `TimeoutError`, else as `cancelled`. Called up to `connections` times at once;
   * adds as little as it can to what is measured: least when the signals of one slot's requests are one and the same,
   * and so is what is sent.
   */
  send(request: Request, signal: AbortSignal): Promise<Exchange>;
  /** What is known of the model and its server, for the environment's fingerprint; empty where nothing is told. */
  describe?(): Promise<Record<string, string>>;
  close(): Promise<void>;
}

/** What one request did. Times are of the monotonic clock (`performance.now() / 1000`) of the thread that sent it. */
export interface Exchange {
  outcome: "ok" | "error" | "cancelled";
  errorKind?: SuiteErrorKind;
  /** For people, without content: `503`, `ECONNREFUSED 127.0.0.1:9`. At most 200 characters. */
  error?: string;
  /** When it was handed to the network. */
  sent: number;
  firstByte?: number;
  /** Content, not headers or roles. */
  firstToken?: number;
  ended: number;
  /** When each further token or chunk of content came; of a chunk that holds several, once. */
  tokenTimes?: number[];
  /** As the answer tells; else counted by chunks. */
  inputTokens?: number;
  outputTokens?: number;
  /** Of the agent's own, in seconds: `stt`, `rag`, `llm`, … */
  stages?: Readonly<Record<string, number>>;
}
