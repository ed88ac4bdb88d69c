import type { RemoteEndpoint } from "../../../model/remoteEndpoint.ts";
import { shownUrl } from "../../../model/remoteEndpoint.ts";
import type { RecordSink } from "../../../model/series.ts";
import type { ExportState } from "../../../model/state.ts";
import { DiskQueue } from "../push/diskQueue.ts";
import { post } from "../push/post.ts";
import { Pusher } from "../push/pusher.ts";
import { RemoteSeries } from "./remoteSeries.ts";
import { writeRequest } from "./writeRequest.ts";

export interface RemoteWriteOptions {
  /** Resolved: see `resolved` of model/remoteEndpoint. */
  endpoint: RemoteEndpoint;
  /** Of every series. */
  labels: { host: string; workspace: string };
  queueFolder: string;
  /** Default 64 MiB. */
  maxBytes?: number;
  /** Unix seconds. */
  now: () => number;
  log: (severity: "info" | "warning" | "error", message: string) => void;
  /** Seconds before a second attempt. */
  firstWait?: number;
}

export interface RemoteWrite extends RecordSink {
  state(): ExportState;
  /** Sends what came since; it happens by itself each 5 s. */
  flush(): void;
  /** Forgets what waits on disk. */
  clear(): void;
  close(): Promise<void>;
}

const FLUSH_EVERY = 5000;
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Prometheus' remote write 1.0: everything that is recorded, in a request each 5 s, to Prometheus, VictoriaMetrics,
 * Mimir, or whatever else takes it.
 */
export function remoteWrite(options: RemoteWriteOptions): RemoteWrite {
  const { endpoint, labels, queueFolder, maxBytes = MAX_BYTES, now, log, firstWait } = options;
  const series = new RemoteSeries(labels, now);
  const queue = new DiskQueue({ folder: queueFolder, maxBytes, log });
  const headers = {
    "content-type": "application/x-protobuf",
    "content-encoding": "snappy",
    "x-prometheus-remote-write-version": "0.1.0",
    "user-agent": "agent-vitals",
  };
  const retryable = (status: number) => status === 429 || status >= 500;
  const pusher = new Pusher({
    queue,
    send: (body, signal) => post(endpoint, { headers, retryable }, body, signal),
    target: shownUrl(endpoint.url),
    log,
    ...(firstWait !== undefined && { firstWait }),
  });
  const flush = (all = false) => {
    const taken = series.take(all);
    const points = taken.reduce((sum, { samples }) => sum + samples.length, 0);
    if (points > 0) pusher.push(writeRequest(taken), points);
  };
  const timer = setInterval(() => flush(), FLUSH_EVERY).unref();
  return {
    readings: (batch) => series.readings(batch),
    response: (agent, response) => series.response(agent, response, 1),
    retract: (agent, response) => series.response(agent, response, -1),
    summary: (agent, summary) => series.summary(agent, summary),
    run: (run) => series.run(run),
    event: (event) => series.event(event),
    flush,
    clear: () => pusher.clear(),
    state() {
      const state = pusher.state();
      const lost = (state.lost ?? 0) + series.lost;
      return { kind: "remoteWrite", ...state, ...(lost > 0 && { lost }) };
    },
    close() {
      clearInterval(timer);
      flush(true);
      return pusher.close();
    },
  };
}
