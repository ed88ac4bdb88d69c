import type { ConnectionOptions } from "node:tls";
import Type from "typebox";
import { WebSocketClient, type WebSocketEnd } from "../../webSocket/client.ts";
import { brokenConnection, type Failure, failure, now, settle, stopped } from "../failure.ts";
import { apart } from "../http/credentials.ts";
import { AgentEvents } from "../streams/agentAnswer.ts";
import { type MessageReader, messageReader, Until } from "../streams/until.ts";
import type { Exchange, TargetKind } from "../target.ts";
import { Content, contentOf } from "./content.ts";
import { Preparations } from "./preparations.ts";
import { fileReader, httpProperties, limitsOf, parsedUrl, tlsOf } from "./settings.ts";

const WebSocketTarget = Type.Object(
  {
    kind: Type.Literal("websocket", { description: "An agent that answers over a WebSocket." }),
    url: Type.String({
      description: "The agent's address.",
      pattern: "^wss?://[^\\s/]",
      examples: ["ws://127.0.0.1:8765/chat"],
    }),
    protocols: Type.Optional(Type.Array(Type.String(), { description: "Subprotocols that are offered." })),
    keep: Type.Optional(
      Type.Boolean({
        description: "Sends one request after the other over a connection; false opens one for each. Default: true.",
      }),
    ),
    events: Type.Optional(AgentEvents),
    until: Type.Optional(Until),
    headers: httpProperties.headers,
    tls: httpProperties.tls,
    maxBody: httpProperties.maxBody,
  },
  { description: "An agent that answers over a WebSocket.", additionalProperties: false },
);

const WebSocketRequest = Type.Object(
  { ...Content, until: Type.Optional(Until) },
  { description: "One message to the agent: json or text, or a file as a binary one.", additionalProperties: false },
);

type WebSocketTarget = Type.Static<typeof WebSocketTarget>;
type WebSocketRequest = Type.Static<typeof WebSocketRequest>;

/** A WebSocket: one message, and what comes until the answer is whole. The first message of content is the first token. */
export const websocket: TargetKind<WebSocketTarget, WebSocketRequest> = {
  kind: "websocket",
  schema: WebSocketTarget,
  requestSchema: WebSocketRequest,
  tokens: true,
  stages: "any",
  async open(settings, context) {
    const { url, authorization } = apart(parsedUrl(settings.url));
    const headers = { ...(authorization !== undefined && { authorization }), ...settings.headers };
    const tls = tlsOf(settings, context);
    const readFile = fileReader(context);
    const { longestBody } = limitsOf(settings);
    const idle: Talk[] = [];
    const talks = new Set<Talk>();
    const open = () => {
      const talk = new Talk(url, { ...settings, headers }, tls, longestBody, () => {
        talks.delete(talk);
        const at = idle.indexOf(talk);
        if (at >= 0) idle.splice(at, 1);
      });
      talks.add(talk);
      return talk;
    };
    const prepare = (request: WebSocketRequest): string | Buffer => {
      const { body } = contentOf(request, readFile);
      if (body === undefined) throw new Error("A request over a WebSocket says nothing: give json, text or file");
      return body;
    };
    const preparations = new Preparations(prepare);
    return {
      send: (request, signal) =>
        preparations.with(request, async (message) => {
          const exchange: Exchange = { outcome: "ok", sent: now(), ended: 0 };
          if (signal.aborted) return settle(exchange, now(), stopped(signal));
          const reader = messageReader(request.until ?? settings.until, settings.events, exchange);
          const talk = idle.pop() ?? open();
          await talk.ask(message, exchange, reader, signal);
          if (exchange.outcome !== "ok") talk.destroy();
          else if (settings.keep === false) talk.close();
          else if (!talk.over) idle.push(talk);
          return exchange;
        }),
      async close() {
        for (const talk of talks) talk.destroy();
      },
    };
  },
};

/** One connection, with one exchange on it at a time. */
class Talk {
  readonly #client: WebSocketClient;
  readonly #place: string;
  readonly #longest: number;
  readonly #gone: () => void;
  /** It takes no more requests. */
  over = false;
  #open = false;
  #unsent: string | Buffer | undefined;
  #asked: { exchange: Exchange; reader: MessageReader; end: () => void } | undefined;
  #length = 0;
  #silence: NodeJS.Timeout | undefined;

  constructor(
    url: URL,
    { headers, protocols }: WebSocketTarget,
    tls: ConnectionOptions,
    longest: number,
    gone: () => void,
  ) {
    this.#place = url.host;
    this.#longest = longest;
    this.#gone = gone;
    const options = { longest, tls, ...(headers && { headers }), ...(protocols && { protocols }) };
    this.#client = new WebSocketClient(url, options, {
      opened: () => {
        this.#open = true;
        if (this.#unsent !== undefined) this.#client.send(this.#unsent);
        this.#unsent = undefined;
      },
      message: (text) => this.#message(text, Buffer.byteLength(text)),
      binary: ({ length }) => this.#message(undefined, length),
      closed: (reason, cause) => this.#closed(reason, cause ?? {}),
    });
  }

  /** Resolves with the exchange settled. */
  ask(message: string | Buffer, exchange: Exchange, reader: MessageReader, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const stop = () => this.#settle(now(), stopped(signal));
      const end = () => {
        signal.removeEventListener("abort", stop);
        clearTimeout(this.#silence);
        resolve();
      };
      signal.addEventListener("abort", stop);
      this.#asked = { exchange, reader, end };
      this.#length = 0;
      if (this.#open) this.#client.send(message);
      else this.#unsent = message;
    });
  }

  close(): void {
    this.#client.close();
    this.#leave();
  }

  destroy(): void {
    this.#client.destroy();
    this.#leave();
    this.#settle(now(), "cancelled");
  }

  #message(text: string | undefined, length: number): void {
    const asked = this.#asked;
    if (!asked) return; // Behind its answer: it belongs to no request.
    const at = now();
    asked.exchange.firstByte ??= at;
    this.#length += length;
    if (this.#length > this.#longest) {
      this.#settle(at, failure("too large", `its answer is longer than ${this.#longest} bytes (maxBody)`));
      return;
    }
    const enough = asked.reader.message(text, at);
    if (typeof enough === "object") this.#settle(at, enough);
    else if (enough) this.#settle(at);
    else this.#waitForSilence(asked.reader, at);
  }

  #waitForSilence({ idle }: MessageReader, at: number): void {
    if (idle === undefined) return;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#settle(at), idle * 1000);
  }

  #closed(reason: string | undefined, { error, status }: WebSocketEnd): void {
    this.#leave();
    const asked = this.#asked;
    if (!asked) return;
    const begun = asked.exchange.firstByte !== undefined;
    if (reason !== undefined) this.#settle(now(), failure(/more than/.test(reason) ? "too large" : "protocol", reason));
    else if (status !== undefined) this.#settle(now(), failure("status", String(status)));
    else if (error || !this.#open) this.#settle(now(), brokenConnection(error, this.#place, begun));
    else this.#settle(now());
  }

  #leave(): void {
    if (this.over) return;
    this.over = true;
    this.#gone();
  }

  #settle(at: number, why?: Failure | "cancelled"): void {
    const asked = this.#asked;
    if (!asked) return;
    this.#asked = undefined;
    const { exchange, reader, end } = asked;
    const missing = reader.end();
    settle(exchange, at, why ?? (this.over ? missing : undefined));
    end();
  }
}
