/**
 * What the probe's parts give each other. Each part is one function that closes over nothing, since its text is what
 * travels to the agent (`expression.ts`): all that it needs comes in as a parameter.
 */
import type { holdsToken } from "../../../model/answers/holdsToken.ts";
import type { AnswerFacts, readUsage } from "../../../model/answers/readUsage.ts";
import type { ProbeApi, ProbeCall, ProbeRuntime } from "../../../model/probe.ts";
import type { createAnswer } from "./answer.ts";
import type { createCalls } from "./calls.ts";
import type { classify } from "./classify.ts";
import type { createDecoder } from "./decoder.ts";
import type { failureOf } from "./failure.ts";
import type { followCall } from "./followCall.ts";
import type { createGuests } from "./guests.ts";
import type { createOutlet } from "./outlet.ts";
import type { outsideTimers } from "./outsideTimers.ts";
import type { startProbe } from "./probe.ts";
import type { createTap } from "./tap.ts";
import type { topLevel } from "./topLevel.ts";
import type { watchHttp } from "./watchHttp.ts";
import type { watchHttp2 } from "./watchHttp2.ts";
import type { watchRuntime } from "./watchRuntime.ts";
import type { watchUndici } from "./watchUndici.ts";

export interface Parts {
  classify: typeof classify;
  createAnswer: typeof createAnswer;
  createCalls: typeof createCalls;
  createDecoder: typeof createDecoder;
  createGuests: typeof createGuests;
  createOutlet: typeof createOutlet;
  createTap: typeof createTap;
  failureOf: typeof failureOf;
  followCall: typeof followCall;
  holdsToken: typeof holdsToken;
  outsideTimers: typeof outsideTimers;
  readUsage: typeof readUsage;
  startProbe: typeof startProbe;
  topLevel: typeof topLevel;
  watchHttp: typeof watchHttp;
  watchHttp2: typeof watchHttp2;
  watchRuntime: typeof watchRuntime;
  watchUndici: typeof watchUndici;
}

/** Node's own modules, by whichever way the agent's version has. */
export type Load = <T>(name: string) => T;

/**
 * Calls `observe` before the method `name` of `object`, and what it returns with the result; the method behaves as
 * before. The returned function undoes it.
 */
export type Tap = (
  object: object,
  name: string,
  // biome-ignore lint/suspicious/noConfusingVoidType: most observers return nothing
  observe: (self: object, args: unknown[]) => void | ((result: unknown) => void),
) => () => void;

/** Subscribes to a diagnostics channel of the agent; `observe` may throw, the agent will not notice. */
export type Subscribe = (channel: string, observe: (message: never) => void) => void;

export type Header = (name: string) => string | undefined;

/** A request to a model server at its beginning. */
export interface Begun {
  api: ProbeApi;
  transport: ProbeCall["transport"];
  host: string;
  /** Headers of the request, asked for when it is told, since instrumentation adds to them late. */
  header: Header;
}

/** A request under way; each method may be called at any time, and has no effect after the end. */
export interface Call {
  /** A piece of the request's body, as the agent gave it. */
  sent(chunk: unknown, encoding?: unknown): void;
  answered(status: number, header: Header): void;
  /** A piece of the answer's body, as it came over the wire. */
  received(chunk: unknown): void;
  ended(): void;
  failed(error: unknown): void;
  cancelled(): void;
  /** What to undo when the call is over or the probe goes. */
  release(undo: () => void): void;
}

export interface FollowedCall extends Call {
  /** Tells once that the request has been open for 5 s, if it has. */
  tellPending(): void;
  /** Puts back what was tapped; the call is not told. */
  abandon(): void;
}

export interface Failure {
  outcome: "error" | "cancelled";
  errorType?: string;
}

export interface Calls {
  begin(begun: Begun): Call;
  /** Tells once of each request that has been open for 5 s. */
  tellPending(): void;
  stop(): void;
}

export interface Answer {
  readonly facts: AnswerFacts;
  read(chunk: Uint8Array, time: number): void;
  end(): void;
}

export interface Decoder {
  write(chunk: Uint8Array): void;
  /** Calls back when all that can be decoded has been. */
  end(done: () => void): void;
}

export type Joined = "installed" | "renewed" | "unbound";

export interface Outlet {
  join(binding: string, thread: number): Joined;
  leave(binding: string): void;
  tell(call: ProbeCall): void;
  flush(runtime?: ProbeRuntime): void;
  /** Once a second: a listener whose lease has run out is dropped. */
  tick(): void;
  stop(): void;
}

export interface Watch {
  stop(): void;
}

export interface Guests extends Watch {
  keep: Probe["keep"];
  release: Probe["release"];
  read: Probe["read"];
  /** Once a second: a holder whose lease has run out is dropped. */
  tick(): void;
}

export interface RuntimeWatch extends Watch {
  read(): ProbeRuntime;
}

/** Like {@link Subscribe}, until the returned function is called. */
export type SubscribeUntil = (channel: string, observe: (message: never) => void) => () => void;

/** What a guest of the probe may use. */
export interface Tools {
  load: Load;
  tap: Tap;
  subscribe: SubscribeUntil;
}

/** What is put in beside the probe for a while, on request. */
export interface Guest extends Watch {
  /** JSON. */
  read(): unknown;
}

/** What stands on `globalThis` while the probe is in. */
export interface Probe {
  join(binding: string, thread: number): Joined;
  leave(binding: string): void;
  /** Puts a guest in for a holder, or renews its lease of 30 s; it goes with its last holder, and with the probe. */
  keep(guest: string, holder: string, make: (tools: Tools) => Guest): void;
  release(guest: string, holder: string): void;
  /** Undefined when it is not in. */
  read(guest: string): unknown;
}
