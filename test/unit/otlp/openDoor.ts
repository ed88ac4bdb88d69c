import {
  type OtlpCounters,
  OtlpServer,
  type OtlpServerOptions,
  type OtlpSink,
} from "../../../src/inputs/otlp/server.ts";
import type { LogRecord, MetricPoint, Span } from "../../../src/model/otlp.ts";

export const TOKEN = "workspace-token";

export interface Answer {
  status: number;
  headers: Headers;
  body: Buffer;
}

/** A door that keeps all that comes in. */
export class OpenDoor implements AsyncDisposable {
  readonly spans: Span[] = [];
  readonly points: MetricPoint[] = [];
  readonly records: LogRecord[] = [];
  readonly log: string[] = [];
  full = false;
  requireToken = true;
  recordContent = false;
  readonly server: OtlpServer;
  port = 0;

  private constructor(options: Partial<OtlpServerOptions>) {
    const sink: OtlpSink = {
      spans: (spans) => this.spans.push(...spans),
      metrics: (points) => this.points.push(...points),
      logs: (records) => this.records.push(...records),
      full: () => this.full,
    };
    this.server = new OtlpServer({
      token: TOKEN,
      requireToken: () => this.requireToken,
      sink,
      now: () => Date.now() / 1000,
      log: (_severity, message) => this.log.push(message),
      recordContent: () => this.recordContent,
      ...options,
    });
  }

  static async start(options: Partial<OtlpServerOptions> = {}): Promise<OpenDoor> {
    const door = new OpenDoor(options);
    door.port = await door.server.listen(0);
    return door;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get counters(): OtlpCounters {
    return this.server.counters;
  }

  /** Posts a body with the token, as JSON unless the headers say otherwise. */
  async post(path: string, body: Body | object, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method: "POST",
      body: isBody(body) ? body : JSON.stringify(body),
      headers: { "content-type": "application/json", "x-agent-vitals-token": TOKEN, ...headers },
      duplex: "half",
    });
    return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
  }

  /** Posts protobuf. */
  postBytes(path: string, body: Body, headers: Record<string, string> = {}): Promise<Answer> {
    return this.post(path, body, { "content-type": PROTOBUF, ...headers });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
  }
}

type Body = string | Uint8Array<ArrayBuffer> | ReadableStream;

function isBody(body: object | string): body is Body {
  return typeof body === "string" || body instanceof Uint8Array || body instanceof ReadableStream;
}

export const PROTOBUF = "application/x-protobuf";

/** The message of a google.rpc.Status in JSON. */
export function messageOf({ body }: Answer): string {
  return (JSON.parse(body.toString()) as { message: string }).message;
}
