import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { admit } from "./admit.ts";
import { readBody } from "./body.ts";
import { Allowance, Places } from "./capacity.ts";
import type { Intake } from "./intake.ts";
import { MAX_CONNECTIONS, MAX_IN_FLIGHT, MAX_REQUESTS } from "./limits.ts";
import { Refusal, tryAgain } from "./refusal.ts";
import { encodingOf, failure, type Reply, success } from "./replies.ts";
import type { OtlpCounters, OtlpSink } from "./sink.ts";

export type { OtlpCounters, OtlpSink } from "./sink.ts";

export interface OtlpServerOptions {
  token: string;
  requireToken: () => boolean;
  sink: OtlpSink;
  /** Unix seconds. */
  now: () => number;
  log: (severity: "info" | "warning" | "error", message: string) => void;
  /** True keeps prompts and answers, which is false by default. */
  recordContent?: () => boolean;
  /** Seconds that a body may take to come, default 30. */
  patience?: number;
}

const HOSTS = new Set(["127.0.0.1", "::1", "localhost"]);
const PATIENCE = 30;
/** Exporters send each 5 s or each minute: shorter, and they would find their connection closed as they write. */
const KEEP_ALIVE_MS = 75_000;
const HEAD_MS = 10_000;
/** How long what nobody wants to read is taken off the wire, so that its sender comes to read the reply. */
const LINGER_MS = 1000;

/** The door for OpenTelemetry: OTLP over HTTP, on loopback only. */
export class OtlpServer {
  readonly counters: OtlpCounters = { requests: 0, spans: 0, points: 0, records: 0, rejected: {} };
  readonly #options: OtlpServerOptions;
  readonly #allowance = new Allowance(MAX_IN_FLIGHT);
  readonly #places = new Places(MAX_REQUESTS);
  #server: Server | undefined;

  constructor(options: OtlpServerOptions) {
    this.#options = options;
  }

  /**
   * Opens the door, again after {@link close} too.
   * @returns the port, which the system chooses for 0
   * @throws when the port is taken or the host is not this one, with what to do
   */
  async listen(port: number, host = "127.0.0.1"): Promise<number> {
    if (!HOSTS.has(host)) throw new Error(`OpenTelemetry data is taken from this machine alone, not at ${host}.`);
    await this.close();
    const timeouts = { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: HEAD_MS, connectionsCheckingInterval: 5000 };
    // Bodies have a limit of their own.
    const server = createServer({ ...timeouts, requestTimeout: 0 });
    server.maxConnections = MAX_CONNECTIONS;
    server.on("request", (request, response) => void this.#serve(request, response));
    server.on("checkContinue", (request, response) => void this.#serve(request, response));
    this.#server = server;
    try {
      await listening(server, port, host);
    } catch (error) {
      this.#server = undefined;
      throw error;
    }
    server.on("error", (error) => this.#options.log("warning", `OpenTelemetry: ${error.message}`));
    return (server.address() as AddressInfo).port;
  }

  /** Closes the door and all connections. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.counters.requests++;
    request.on("error", () => {}); // "close" follows and is where we act
    response.on("error", () => {});
    try {
      send(response, 200, await this.#receive(request, response));
    } catch (error) {
      const refusal = error instanceof Refusal ? error : this.#failed(error);
      this.#count(refusal.reason, 1, `a request was refused. ${refusal.message}`);
      const reply = failure(encodingOf(request.headers["content-type"]), refusal.status, refusal.message);
      send(response, refusal.status, reply, refusal.headers);
      lingerAfter(request);
    }
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<Reply> {
    const { token, requireToken, sink, now, recordContent, patience = PATIENCE } = this.#options;
    const { signal, encoding, packed } = admit(request, { token, requireToken: requireToken() });
    this.#refuseWhenFull();
    const lease = this.#allowance.lease();
    await this.#places.enter();
    try {
      if (request.headers.expect) response.writeContinue();
      const body = await readBody(request, { packed, lease, patience });
      this.#refuseWhenFull();
      const { intake, deliver } = signal.read(body, encoding, { now: now(), keepContent: recordContent?.() ?? false });
      deliver(sink);
      this.counters[signal.counter] += intake.taken.length;
      this.#countRejected(intake);
      return success(encoding, signal, intake);
    } finally {
      lease.release();
      this.#places.leave();
    }
  }

  #refuseWhenFull(): void {
    if (this.#options.sink.full?.()) throw tryAgain("collector full", "The collector can take no more at the moment.");
  }

  #countRejected(intake: Intake<unknown>): void {
    for (const [reason, { count, example }] of intake.reasons) {
      this.#count(reason, count, `a ${intake.noun} was rejected: ${reason}; it was ${example}.`);
    }
  }

  /** The log hears of each reason once. */
  #count(reason: string, count: number, message: string): void {
    const { rejected } = this.counters;
    if (rejected[reason] === undefined) {
      this.#options.log("warning", `OpenTelemetry: ${message} Further ones are only counted.`);
    }
    rejected[reason] = (rejected[reason] ?? 0) + count;
  }

  #failed(error: unknown): Refusal {
    this.#options.log("error", `OpenTelemetry: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    const message = error instanceof Error ? error.message : String(error);
    return new Refusal(500, "collector failed", `The collector failed at this request: ${message}`);
  }
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(cannotListen(error, port, host)));
    server.listen({ port, host }, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}

function cannotListen(error: NodeJS.ErrnoException, port: number, host: string): Error {
  const where = `OpenTelemetry data can't be received at port ${port} of ${host}`;
  const find = `Stop it: \`ss -ltnp sport = :${port}\` on Linux and \`lsof -i :${port}\` on macOS name it`;
  const why = error.code === "EADDRINUSE" ? `another program listens there. ${find}.` : `${error.message}.`;
  return Object.assign(new Error(`${where}: ${why}`, { cause: error }), { code: error.code });
}

function send(response: ServerResponse, status: number, { contentType, body }: Reply, headers = {}): void {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": contentType, "content-length": Buffer.byteLength(body), ...headers });
  response.end(body);
}

function lingerAfter(request: IncomingMessage): void {
  if (request.complete) return;
  request.resume();
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS);
  request.once("close", () => clearTimeout(timer));
}
