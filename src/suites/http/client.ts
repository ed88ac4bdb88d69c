import type { ConnectionOptions } from "node:tls";
import { type Failure, failure, now, settle } from "../failure.ts";
import type { Exchange } from "../target.ts";
import type { AnswerHead } from "./answerHead.ts";
import { type Call, Connection, type Place } from "./connection.ts";
import { authorized, type HttpRequest, redirected, requestBytes } from "./request.ts";

/** Takes what of an answer's body is of interest. */
export interface BodyReader {
  /** A piece, which holds during the call alone. @returns that the content is complete with it */
  read(bytes: Buffer, at: number): boolean;
  /** The body has ended, or its content was complete. @returns what is wrong with it */
  end(): Failure | undefined;
}

/** Of a target's requests, how they are sent and their answers read. */
export interface HttpRules {
  /** Whether an answer's status is what was hoped for. */
  expected(status: number): boolean;
  /** Redirects that are followed; with none, an answer of 3xx is an answer as others are. */
  redirects: number;
  longestBody: number;
  /** Who reads the body; undefined where nothing in it is of interest. */
  reader?(head: AnswerHead, exchange: Exchange): BodyReader | undefined;
}

/** A request that is sent many times: its bytes and where they go. */
export interface PreparedRequest {
  request: HttpRequest;
  origin: Origin;
  bytes: Buffer | string;
}

/** The connections to one server. */
interface Origin {
  place: Place;
  idle: Connection[];
}

/**
 * Sends requests of HTTP/1.1 over connections that it keeps: as many as there are requests at once. It heeds no proxy
 * of the environment, repeats nothing, and keeps no bodies.
 */
export class HttpClient {
  readonly #tls: ConnectionOptions;
  readonly #origins = new Map<string, Origin>();
  readonly #open = new Set<Connection>();

  constructor(tls: ConnectionOptions) {
    this.#tls = tls;
  }

  prepare(meant: HttpRequest): PreparedRequest {
    const request = authorized(meant);
    return { request, origin: this.#origin(request.url), bytes: requestBytes(request) };
  }

  /** Never rejects: what goes wrong is an outcome. */
  send(prepared: PreparedRequest, rules: HttpRules, signal: AbortSignal): Promise<Exchange> {
    return new Promise((resolve) => {
      new Sending(this, prepared, rules, signal, resolve).start();
    });
  }

  /** For {@link Sending}. */
  connection(origin: Origin): Connection {
    const time = now();
    for (let kept = origin.idle.pop(); kept; kept = origin.idle.pop()) {
      if (kept.idleUntil > time) return kept;
      kept.close();
    }
    const connection = new Connection(
      origin.place,
      (free) => origin.idle.push(free),
      (gone) => {
        this.#open.delete(gone);
        const at = origin.idle.indexOf(gone);
        if (at >= 0) origin.idle.splice(at, 1);
      },
    );
    this.#open.add(connection);
    return connection;
  }

  close(): void {
    for (const connection of this.#open) connection.close();
  }

  #origin(url: URL): Origin {
    let origin = this.#origins.get(url.origin);
    if (!origin) {
      origin = { place: placeOf(url, this.#tls), idle: [] };
      this.#origins.set(url.origin, origin);
    }
    return origin;
  }
}

/** One request with its redirects. */
class Sending implements Call {
  readonly signal: AbortSignal;
  readonly longestBody: number;
  readonly #client: HttpClient;
  readonly #rules: HttpRules;
  readonly #resolve: (exchange: Exchange) => void;
  readonly #exchange: Exchange = { outcome: "ok", sent: now(), ended: 0 };
  #prepared: PreparedRequest;
  #followed = 0;
  #at = 0;
  #reader: BodyReader | undefined;
  #status: number | undefined;
  #location: string | undefined;

  constructor(
    client: HttpClient,
    prepared: PreparedRequest,
    rules: HttpRules,
    signal: AbortSignal,
    resolve: (exchange: Exchange) => void,
  ) {
    this.#client = client;
    this.#prepared = prepared;
    this.#rules = rules;
    this.#resolve = resolve;
    this.signal = signal;
    this.longestBody = rules.longestBody;
  }

  get bytes(): Buffer | string {
    return this.#prepared.bytes;
  }

  get headOnly(): boolean {
    return this.#prepared.request.method === "HEAD";
  }

  start(): void {
    if (this.signal.aborted) this.#end(now(), "cancelled");
    else this.#client.connection(this.#prepared.origin).send(this);
  }

  came(at: number): void {
    this.#at = at;
    this.#exchange.firstByte ??= at;
  }

  head(head: AnswerHead): Failure | undefined {
    const { status } = head;
    this.#location = undefined;
    this.#reader = undefined;
    if (this.#rules.expected(status)) {
      this.#status = undefined;
      this.#reader = this.#rules.reader?.(head, this.#exchange);
      return undefined;
    }
    this.#status = status;
    if (status < 300 || status > 308 || this.#rules.redirects === 0) return undefined;
    this.#location = head.get("location");
    if (this.#location === undefined || this.#followed < this.#rules.redirects) return undefined;
    return failure("redirects", `more than ${this.#rules.redirects} redirects`);
  }

  body(bytes: Buffer): boolean {
    return this.#reader?.read(bytes, this.#at) ?? false;
  }

  over(at: number, why?: Failure | "cancelled"): void {
    if (why !== undefined) this.#end(at, why);
    else if (this.#location !== undefined) this.#follow(this.#location, at);
    else if (this.#status !== undefined) this.#end(at, failure("status", String(this.#status)));
    else this.#end(at, this.#reader?.end());
  }

  #follow(location: string, at: number): void {
    const next = redirected(this.#prepared.request, location, this.#status ?? 0);
    if (!next) {
      this.#end(at, failure("redirects", "redirected to what is no address of HTTP"));
      return;
    }
    this.#followed++;
    delete this.#exchange.firstByte;
    this.#prepared = this.#client.prepare(next);
    this.start();
  }

  #end(at: number, why?: Failure | "cancelled"): void {
    this.#resolve(settle(this.#exchange, at, why));
  }
}

function placeOf({ protocol, hostname, port }: URL, tls: ConnectionOptions): Place {
  const secure = protocol === "https:";
  const host = hostname.replace(/^\[|\]$/g, "");
  const number = Number(port) || (secure ? 443 : 80);
  // Names of addresses are refused as a server's name.
  const named = /[a-z]/i.test(host) && !host.includes(":");
  return {
    host,
    port: number,
    name: `${hostname}:${number}`,
    ...(secure && { tls: { ...tls, ...(named && { servername: host }) } }),
  };
}
