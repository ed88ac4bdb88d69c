import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { RecordSink } from "../../../model/series.ts";
import type { ExportState } from "../../../model/state.ts";
import { Exposition } from "./exposition.ts";

export interface PrometheusEndpointOptions {
  /** On 127.0.0.1. */
  port: number;
  /** Wanted as `Authorization: Bearer`; absent: nobody is asked. */
  token?: string;
  labels: { host: string; workspace: string };
  /** Unix seconds. */
  now: () => number;
  log: (severity: "info" | "warning" | "error", message: string) => void;
}

export interface PrometheusEndpoint extends RecordSink {
  state(): ExportState;
  close(): Promise<void>;
}

/** A port that somebody else holds is tried again after so many ms. */
const RETRY = 10_000;

/**
 * `/metrics` for a Prometheus to scrape (text format 0.0.4), on this machine alone. A web page can't read it: only
 * loopback names are answered, and no origin is allowed.
 */
export function prometheusEndpoint(options: PrometheusEndpointOptions): PrometheusEndpoint {
  const { port, token, labels, now, log } = options;
  const exposition = new Exposition(labels, now);
  let message: string | undefined = "It is being opened.";
  let state: ExportState["state"] = "waiting";
  let retry: NodeJS.Timeout | undefined;
  let closed = false;

  const server = createServer((request, response) => answer(request, response, token, exposition));
  server.requestTimeout = 10_000;
  server.maxConnections = 50;
  server.on("listening", () => {
    [state, message] = ["ok", undefined];
  });
  server.on("error", (error: NodeJS.ErrnoException) => {
    state = "failed";
    const taken = `Port ${port} is held by another program (another workspace?): it is tried again, or choose another port.`;
    const told = error.code === "EADDRINUSE" ? taken : error.message;
    if (told !== message) log("warning", `Prometheus: ${told}`);
    message = told;
    if (!closed) retry = setTimeout(() => server.listen(port, "127.0.0.1"), RETRY).unref();
  });
  server.listen(port, "127.0.0.1");

  return {
    readings: (batch) => exposition.readings(batch),
    response: (agent, response) => exposition.response(agent, response, 1),
    retract: (agent, response) => exposition.response(agent, response, -1),
    summary: (agent, summary) => exposition.summary(agent, summary),
    run: (run) => exposition.run(run),
    event() {},
    state: () => ({
      kind: "prometheus",
      target: `http://127.0.0.1:${port}/metrics`,
      state,
      ...(message !== undefined && { message }),
    }),
    close() {
      closed = true;
      clearTimeout(retry);
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  token: string | undefined,
  exposition: Exposition,
): void {
  const refused = refusal(request, token);
  if (refused) {
    response.writeHead(refused.status, { "content-type": "text/plain; charset=utf-8", ...refused.headers });
    response.end(`${refused.why}\n`);
    return;
  }
  response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" });
  response.end(request.method === "HEAD" ? undefined : exposition.text());
}

interface Refusal {
  status: number;
  why: string;
  headers?: Record<string, string>;
}

function refusal({ method, url = "", headers }: IncomingMessage, token: string | undefined): Refusal | undefined {
  // A name that was made to point here (DNS rebinding) is not ours.
  if (!LOOPBACK.test(headers.host ?? "")) return { status: 403, why: "Ask 127.0.0.1: only this machine is answered." };
  if (url.split("?", 1)[0] !== "/metrics") return { status: 404, why: "There is only /metrics here." };
  if (method !== "GET" && method !== "HEAD") return { status: 405, why: "GET it.", headers: { allow: "GET, HEAD" } };
  if (token === undefined || shows(headers.authorization, token)) return undefined;
  const why =
    "The workspace's token is wanted: Authorization: Bearer TOKEN, in Prometheus authorization.credentials. Copy Environment for an External Terminal tells it.";
  return { status: 401, why, headers: { "www-authenticate": "Bearer" } };
}

function shows(authorization: string | undefined, token: string): boolean {
  const shown = Buffer.from(authorization?.replace(/^Bearer\s+/i, "") ?? "");
  const wanted = Buffer.from(token);
  return shown.length === wanted.length && timingSafeEqual(shown, wanted);
}
