/** What the agent's server and the model server share: bodies with a limit, JSON replies, errors with a status. */
import type { IncomingMessage, ServerResponse } from "node:http";

/** An error whose message is for the client. */
export class HttpError extends Error {
  readonly status: number;
  /** Further members of the reply's `error` object. */
  readonly details: Record<string, unknown>;

  constructor(status: number, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.name = "HttpError";
    this.status = status;
    this.details = details;
  }
}

/** The request's body; refuses one of more than `limit` bytes. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new HttpError(413, `the body is larger than ${limit} bytes: send less`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The request's body as a JSON object. */
export async function readJson(request: IncomingMessage, limit: number): Promise<Record<string, unknown>> {
  const text = (await readBody(request, limit)).toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new HttpError(400, `the body is not JSON (${(error as Error).message}): send a JSON object`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new HttpError(400, "the body is JSON but not an object: send a JSON object");
  }
  return value as Record<string, unknown>;
}

/** Sends a JSON reply. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(`${JSON.stringify(value)}\n`);
}

/** Starts a stream of server-sent events. */
export function startEvents(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" });
}

/** Replies with the error, or ends a reply that had already begun. */
export function sendError(response: ServerResponse, error: unknown): void {
  if (response.destroyed) return;
  const known = error instanceof HttpError;
  const message = known ? error.message : "something went wrong inside the server; its terminal says what";
  if (!known) console.error(error);
  if (response.headersSent) return void response.destroy();
  // A body that was not read to its end would be taken for the next request.
  response.setHeader("connection", "close");
  sendJson(response, known ? error.status : 500, { error: { message, ...(known ? error.details : {}) } });
}

/** Aborts when the client goes away before its reply is complete. */
export function clientGone(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  // Writing to a client that has just left is nobody's error.
  response.on("error", () => {});
  response.once("close", () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
