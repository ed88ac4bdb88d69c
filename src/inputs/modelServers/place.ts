import type { ModelServerKind, ModelServerState, ModelServerTarget } from "../../model/modelServers.ts";
import { type Ask, asker, NoAnswer } from "./ask.ts";
import { identify } from "./identify.ts";
import { kinds } from "./kinds.ts";
import { type Listener, loopbacks } from "./listeners.ts";
import type { Reader } from "./reading.ts";
import { Retry } from "./retry.ts";
import { loopbackPort, serverName, shownUrl, sinceWhen, stateOf } from "./state.ts";

/** How long a server that was found by its port is told as down before it is forgotten. Seconds. */
const MOURNED = 60;

export interface KnownPort {
  port: number;
  /** Who usually listens there. */
  kind?: ModelServerKind;
}

export interface PlaceOptions {
  now: () => number;
  log: (severity: "info" | "warning" | "error", message: string) => void;
}

/** What can be seen of who listens at a place without asking. */
export interface Sight {
  /** Whether that can be seen at all. */
  clear: boolean;
  listener?: Listener | undefined;
}

interface Server {
  url: string;
  kind: ModelServerKind;
  read: Reader;
}

/** One address where a model server is, or may be: found out, looked at, told. */
export class Place {
  readonly #where: { target: ModelServerTarget } | { port: KnownPort };
  readonly #options: PlaceOptions;
  readonly #stop = new AbortController();
  readonly #retry = new Retry();
  #server: Server | undefined;
  #state: ModelServerState | undefined;
  #down: { since: number; reason: NoAnswer["reason"] } | undefined;
  #busy = false;

  constructor(where: { target: ModelServerTarget } | { port: KnownPort }, options: PlaceOptions) {
    this.#where = where;
    this.#options = options;
    if (this.#target?.kind) this.#server = this.#newServer(this.#target.url, this.#target.kind);
  }

  /** Undefined while there is nothing to tell. */
  get state(): ModelServerState | undefined {
    return this.#state;
  }

  /** The port of this machine that it is at; undefined when it is elsewhere. */
  get port(): number | undefined {
    return "port" in this.#where ? this.#where.port.port : loopbackPort(this.#where.target.url);
  }

  /** Looks once, unless it is still at it; never rejects. */
  async look(sight: Sight): Promise<void> {
    if (this.#busy || this.#stop.signal.aborted) return;
    this.#busy = true;
    try {
      await this.#look(sight);
    } finally {
      this.#busy = false;
    }
  }

  /** Ends at once; what is being asked is broken off. */
  dispose(): void {
    this.#stop.abort();
  }

  get #target(): ModelServerTarget | undefined {
    return "target" in this.#where ? this.#where.target : undefined;
  }

  async #look({ clear, listener }: Sight): Promise<void> {
    const found = this.#target === undefined;
    if (found && this.#down && this.#isMourned(this.#down)) this.#forget();
    const empty = found && clear && !listener;
    if (!this.#server) {
      if (!empty && this.#retry.due(this.#options.now(), listener?.id)) await this.#findOut(listener);
    } else if (empty) {
      this.#fail(this.#server, new NoAnswer("absent", "Nothing listens there any more"));
    } else if (!found || this.#down?.reason !== "strange") {
      // What took a found server's port and is something else is left alone.
      await this.#read(this.#server, listener);
    }
  }

  /** One that listens and is only slow to answer is not gone. */
  #isMourned({ since, reason }: { since: number; reason: NoAnswer["reason"] }): boolean {
    const age = this.#options.now() - since;
    return reason !== "silent" && (age >= MOURNED || age < 0);
  }

  #forget(): void {
    this.#server = undefined;
    this.#state = undefined;
    this.#down = undefined;
  }

  async #findOut(listener: Listener | undefined): Promise<void> {
    this.#retry.begin(this.#options.now());
    const [urls, likely] =
      "target" in this.#where
        ? [[this.#where.target.url], undefined]
        : [listener?.urls ?? loopbacks(this.#where.port.port), this.#where.port.kind];
    for (const [i, url] of urls.entries()) {
      try {
        const kind = await this.#try((ask) => identify(ask, likely), url);
        this.#server = this.#newServer(url, kind);
        return await this.#read(this.#server, listener);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        if (error.reason === "absent" && i < urls.length - 1) continue;
        if (this.#target) {
          if (error.reason !== "strange") this.#retry.atOnce();
          this.#fail({ url, kind: "openai-compatible" }, error);
        } else if (error.reason === "strange") {
          this.#retry.backOff();
        }
        return;
      }
    }
  }

  async #read(server: Server, listener: Listener | undefined): Promise<void> {
    try {
      const seen = { connected: listener?.connected };
      const reading = await this.#try((ask) => server.read(ask, seen), server.url);
      if (this.#stop.signal.aborted) return;
      const name = serverName(server, this.#target?.name);
      if (this.#state?.status !== reading.status) {
        this.#options.log("info", `${name} at ${shownUrl(server.url)} is ${reading.status}`);
      }
      this.#down = undefined;
      this.#state = stateOf({ ...server, name }, reading, this.#options.now());
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.#fail(server, error);
    }
  }

  /** Rejects with `NoAnswer` alone. */
  async #try<T>(use: (ask: Ask) => Promise<T>, url: string): Promise<T> {
    try {
      return await use(asker(url, this.#stop.signal));
    } catch (error) {
      if (error instanceof NoAnswer) throw error;
      throw new NoAnswer("strange", `Its answers could not be read: ${error instanceof Error ? error.message : error}`);
    }
  }

  #fail(server: { url: string; kind: ModelServerKind }, { reason, message }: NoAnswer): void {
    if (this.#stop.signal.aborted) return;
    const { now, log } = this.#options;
    const { url, kind } = server;
    const name = serverName(server, this.#target?.name);
    if (this.#state?.status !== "down") {
      log(this.#target ? "warning" : "info", `${name} at ${shownUrl(url)} is down: ${message}`);
    }
    this.#down = { since: this.#down?.since ?? now(), reason };
    const time = this.#state?.time ?? 0;
    const said = time > 0 ? `${message}, since ${sinceWhen(this.#down.since)}` : message;
    this.#state = { url: shownUrl(url), kind, name, status: "down", message: said, models: [], available: [], time };
    // Whatever comes next has counters and a version of its own.
    if (this.#server && reason !== "silent") this.#server = this.#newServer(url, kind);
  }

  #newServer(url: string, kind: ModelServerKind): Server {
    return { url, kind, read: kinds[kind].read(this.#options.now) };
  }
}
