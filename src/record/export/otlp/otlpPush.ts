import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Reader } from "protobufjs/minimal.js";
import { type RemoteEndpoint, shownUrl } from "../../../model/remoteEndpoint.ts";
import type { RecordSink } from "../../../model/series.ts";
import type { ExportState } from "../../../model/state.ts";
import { DiskQueue } from "../push/diskQueue.ts";
import { post } from "../push/post.ts";
import { Pusher } from "../push/pusher.ts";
import { metricsRequest, traceRequest } from "./encode.ts";
import { OtlpSeries } from "./otlpSeries.ts";

export interface OtlpPushOptions {
  /** The base that `OTEL_EXPORTER_OTLP_ENDPOINT` names too: `/v1/metrics` and `/v1/traces` are added. Resolved. */
  endpoint: RemoteEndpoint;
  /** Send responses as spans. */
  spans: boolean;
  host: string;
  workspace: string;
  /** Of Agent Vitals. */
  version: string;
  queueFolder: string;
  /** Of metrics, and again of spans; default 32 MiB. */
  maxBytes?: number;
  /** Unix seconds. */
  now: () => number;
  log: (severity: "info" | "warning" | "error", message: string) => void;
  /** Seconds before a second attempt. */
  firstWait?: number;
}

export interface OtlpPush extends RecordSink {
  state(): ExportState;
  /** Sends what came since; it happens by itself each 10 s. */
  flush(): void;
  /** Forgets what waits on disk. */
  clear(): void;
  close(): Promise<void>;
}

const FLUSH_EVERY = 10_000;
const MAX_BYTES = 32 * 1024 * 1024;
/** Of the OTLP specification: what else fails must not be sent again. */
const RETRYABLE = new Set([429, 502, 503, 504]);

/** OTLP over HTTP, protobuf with gzip: metrics, and responses as spans, to any OpenTelemetry receiver. */
export function otlpPush(options: OtlpPushOptions): OtlpPush {
  const { endpoint, spans, host, workspace, version, queueFolder, maxBytes = MAX_BYTES, now, log, firstWait } = options;
  const base = endpoint.url.replace(/\/+$/, "").replace(/\/v1\/(metrics|traces|logs)$/, "");
  const series = new OtlpSeries({ "host.name": host, "agent_vitals.workspace": workspace }, { spans, now });
  const headers = {
    "content-type": "application/x-protobuf",
    "content-encoding": "gzip",
    "user-agent": `agent-vitals/${version}`,
  };
  const pusher = (signal: "metrics" | "traces") =>
    new Pusher({
      queue: new DiskQueue({ folder: join(queueFolder, signal), maxBytes, log }),
      send: (body, abort) =>
        post(
          { ...endpoint, url: `${base}/v1/${signal}` },
          { headers, retryable: (status) => RETRYABLE.has(status), note: partialSuccess },
          body,
          abort,
        ),
      target: `${shownUrl(base)}/v1/${signal}`,
      log,
      ...(firstWait !== undefined && { firstWait }),
    });
  const metrics = pusher("metrics");
  const traces = spans ? pusher("traces") : undefined;
  const flush = () => {
    const told = series.takeMetrics();
    if (told.points > 0) metrics.push(gzipSync(metricsRequest(told.all, version)), told.points);
    const ended = series.takeSpans();
    if (ended.points > 0) traces?.push(gzipSync(traceRequest(ended.all, version)), ended.points);
  };
  const timer = setInterval(flush, FLUSH_EVERY).unref();
  return {
    readings: (batch) => series.readings(batch),
    response: (agent, response) => series.response(agent, response, 1),
    retract: (agent, response) => series.response(agent, response, -1),
    summary: (agent, summary) => series.summary(agent, summary),
    run: (run) => series.run(run),
    event() {},
    flush,
    clear() {
      metrics.clear();
      traces?.clear();
    },
    state: () => together(shownUrl(base), [metrics.state(), ...(traces ? [traces.state()] : [])], series.lost),
    async close() {
      clearInterval(timer);
      flush();
      await Promise.all([metrics.close(), traces?.close()]);
    },
  };
}

/** The worse of both, and their sums. */
function together(target: string, states: Omit<ExportState, "kind">[], lostHere: number): ExportState {
  const sum = (key: "sent" | "queued" | "lost") => states.reduce((all, state) => all + (state[key] ?? 0), 0);
  const worst = states.find(({ state }) => state === "failed") ?? states.find(({ state }) => state !== "ok");
  const message = (worst ?? states.find((state) => state.message !== undefined))?.message;
  const lost = sum("lost") + lostHere;
  return {
    kind: "otlp",
    target,
    state: worst?.state ?? "ok",
    ...(message !== undefined && { message }),
    sent: sum("sent"),
    queued: sum("queued"),
    ...(lost > 0 && { lost }),
  };
}

/** What a receiver took only in part: partial_success = 1 { rejected = 1, error_message = 2 }, alike for all signals. */
function partialSuccess(answer: Uint8Array): string | undefined {
  try {
    const reader = Reader.create(answer);
    let rejected = 0;
    let message = "";
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag !== 0x0a) {
        reader.skipType(tag & 7);
        continue;
      }
      const end = reader.uint32() + reader.pos;
      while (reader.pos < end) {
        const field = reader.uint32();
        if (field === 0x08) rejected = Number(reader.int64());
        else if (field === 0x12) message = reader.string();
        else reader.skipType(field & 7);
      }
    }
    if (rejected > 0) return `It did not take ${rejected} figures: ${message}`;
    return message === "" ? undefined : `It says: ${message}`;
  } catch {
    // Not what the specification asks for, but it was taken.
    return undefined;
  }
}
