/** OpenTelemetry's signals as the OTLP door hands them on: ids as lower-case hex, times as Unix seconds. */
import type { Role } from "./observed.ts";
import type { Severity } from "./severity.ts";

export type AttributeValue = string | number | boolean | AttributeValue[];
/** Without a prototype. Content attributes (prompts, answers, tool arguments, headers) are gone already. */
export type Attributes = Record<string, AttributeValue>;

/** Of one resource and scope; the same object for all that came together. */
export interface Source {
  resource: Attributes;
  scope: string;
  scopeVersion: string;
}

export interface Span {
  source: Source;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  /** OTLP's number: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number;
  start: number;
  /** Seconds, from the difference of the nanoseconds. */
  duration: number;
  status: "unset" | "ok" | "error";
  attributes: Attributes;
  events: { name: string; time: number; attributes: Attributes }[];
}

export interface MetricPoint {
  source: Source;
  name: string;
  /** UCUM. */
  unit: string;
  time: number;
  attributes: Attributes;
  kind: "gauge" | "counter" | "histogram";
  /** Of a gauge or counter; of a histogram its mean. */
  value: number;
  /** Counters and histograms: the value is a total since the start, not a difference. */
  cumulative?: boolean;
  histogram?: { count: number; sum?: number; min?: number; max?: number; bounds?: number[]; counts?: number[] };
}

export interface LogRecord {
  source: Source;
  time: number;
  severity: Severity;
  /** At most 1,024 characters; absent where the record is an event whose body holds content. */
  message?: string;
  eventName?: string;
  attributes: Attributes;
  traceId?: string;
  spanId?: string;
}

/** What a normaliser makes of a span that it knows. */
export interface NormalizedSpan {
  role: Role;
  /** For people: a tool's name, a retriever's. */
  label?: string;
  model?: string;
  /** Seconds from the span's start. */
  timeToFirstToken?: number;
  inputTokens?: number;
  outputTokens?: number;
  /** The user cut it off, or the caller did: never a failure. */
  cancelled?: boolean;
  /** Set where it failed: class or code, never text. */
  errorType?: string;
  /** The framework's own id of the turn or conversation. */
  turnId?: string;
  /** Of a turn: the user barged in. */
  interrupted?: boolean;
  /** Of a turn: end of the user's speech to the first audio out, where the framework measured it itself. */
  heardSilence?: number;
  /** Moments of the turn in DESIGN's words: end_of_utterance, first_audio. Unix seconds. */
  marks?: { name: string; time: number }[];
}
