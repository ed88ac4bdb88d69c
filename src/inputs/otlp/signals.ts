/** What can be sent, by the path that it is sent to. */
import type { LogRecord, MetricPoint, Span } from "../../model/otlp.ts";
import { Intake } from "./intake.ts";
import { readLogs as readJsonLogs } from "./json/logs.ts";
import { readMetrics as readJsonMetrics } from "./json/metrics.ts";
import { readOpenAiAgents } from "./json/openAiAgents.ts";
import { type Json, parseJson } from "./json/parse.ts";
import { readTraces as readJsonTraces } from "./json/traces.ts";
import { readLogs } from "./protobuf/logs.ts";
import { readMetrics } from "./protobuf/metrics.ts";
import { readTraces } from "./protobuf/traces.ts";
import { Refusal } from "./refusal.ts";
import type { OtlpCounters, OtlpSink } from "./sink.ts";

export type Encoding = "protobuf" | "json";

export interface Signal {
  /** Those that it comes in. */
  encodings: readonly Encoding[];
  /** The name of the answer's field that counts what was rejected. */
  rejectedField: "rejectedSpans" | "rejectedDataPoints" | "rejectedLogRecords";
  counter: Exclude<keyof OtlpCounters, "rejected" | "requests">;
  /**
   * Reads a body.
   * @throws Refusal when it can't be read
   */
  read(body: Buffer, encoding: Encoding, context: ReadContext): Delivery;
}

interface ReadContext {
  /** Unix seconds. */
  now: number;
  keepContent: boolean;
}

interface Delivery {
  intake: Intake<unknown>;
  deliver(sink: OtlpSink): void;
}

interface Readers<T> extends Omit<Signal, "read" | "encodings"> {
  noun: string;
  /** Absent where it comes in JSON alone. */
  protobuf?: (body: Buffer, intake: Intake<T>) => void;
  json: (request: Json, intake: Intake<T>) => void;
  deliver: (sink: OtlpSink, items: T[]) => void;
}

function signal<T>({ noun, protobuf, json, deliver, rejectedField, counter }: Readers<T>): Signal {
  return {
    encodings: protobuf ? ["protobuf", "json"] : ["json"],
    rejectedField,
    counter,
    read(body, encoding, { now, keepContent }) {
      const intake = new Intake<T>(noun, now, keepContent);
      if (encoding === "protobuf" && protobuf) orRefuse(() => protobuf(body, intake), body);
      else json(parseJson(body), intake);
      return { intake, deliver: (sink) => intake.taken.length > 0 && deliver(sink, intake.taken) };
    },
  };
}

function orRefuse(read: () => void, body: Buffer): void {
  try {
    read();
  } catch (error) {
    if (error instanceof Refusal || !(error instanceof Error) || error instanceof TypeError) throw error;
    const what = `The body's ${body.length} bytes are not OTLP's protobuf, or were cut short: ${error.message}.`;
    throw new Refusal(400, "malformed protobuf", what);
  }
}

const traces: Readers<Span> = {
  noun: "span",
  rejectedField: "rejectedSpans",
  counter: "spans",
  protobuf: readTraces,
  json: readJsonTraces,
  deliver: (sink, spans) => sink.spans(spans),
};

const metrics: Readers<MetricPoint> = {
  noun: "data point",
  rejectedField: "rejectedDataPoints",
  counter: "points",
  protobuf: readMetrics,
  json: readJsonMetrics,
  deliver: (sink, points) => sink.metrics(points),
};

const logs: Readers<LogRecord> = {
  noun: "log record",
  rejectedField: "rejectedLogRecords",
  counter: "records",
  protobuf: readLogs,
  json: readJsonLogs,
  deliver: (sink, records) => sink.logs(records),
};

const { protobuf: _, ...jsonTraces } = traces;

export const signals: ReadonlyMap<string, Signal> = new Map([
  ["/v1/traces", signal(traces)],
  ["/v1/metrics", signal(metrics)],
  ["/v1/logs", signal(logs)],
  // What OpenAI's Agents SDK sends by itself.
  ["/v1/traces/ingest", signal({ ...jsonTraces, json: readOpenAiAgents })],
]);
