import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

export interface Reply {
  status: number;
  body?: unknown;
  text?: string;
}

export type Replies = Record<string, Reply>;

const folder = fileURLToPath(new URL("../../../fixtures/modelServers/", import.meta.url));

/** The answers of a fixture, e.g. `ollama/up`, by path. */
export function replies(fixture: string): Replies {
  return JSON.parse(readFileSync(`${folder}${fixture}.json`, "utf8")).replies;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A real HTTP server of a test: answers as it is told, keeps which paths were asked for, and can die and come back. */
export class AnsweringServer implements AsyncDisposable {
  readonly asked: string[] = [];
  /** The most requests that were open at a time. */
  most = 0;
  /** Paths with their answers, or what to do with each request. */
  answers: Replies | Handler;
  #port = 0;
  readonly #host: string;
  #server: Server | undefined;
  #open = 0;

  private constructor(answers: Replies | Handler, host: string) {
    this.answers = answers;
    this.#host = host;
  }

  static async start(answers: Replies | Handler, host = "127.0.0.1"): Promise<AnsweringServer> {
    const server = new AnsweringServer(answers, host);
    await server.listen();
    return server;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://${this.#host.includes(":") ? `[${this.#host}]` : this.#host}:${this.port}`;
  }

  /** Listens, at the same port as before if it did. */
  async listen(): Promise<void> {
    const server = createServer((request, response) => this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, this.#host, resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Closes its listener and every connection. */
  async die(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  /** How often these paths were asked for. */
  count(...paths: string[]): number {
    return this.asked.filter((path) => paths.includes(path)).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.die();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.asked.push(request.method === "GET" ? (request.url ?? "") : `${request.method} ${request.url}`);
    this.#open++;
    this.most = Math.max(this.most, this.#open);
    response.once("close", () => this.#open--);
    if (typeof this.answers === "function") {
      this.answers(request, response);
      return;
    }
    const { status, body, text } = this.answers[request.url ?? ""] ?? { status: 404, text: "404 page not found" };
    response.writeHead(status, { "content-type": text === undefined ? "application/json" : "text/plain" });
    response.end(text ?? JSON.stringify(body));
  }
}
