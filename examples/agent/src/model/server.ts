/** The embedded model server, as a worker thread: trains on the documents, then speaks the OpenAI-compatible API. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { HttpError, readJson, sendError, sendJson } from "../http.ts";
import { completionRequest } from "./completionRequest.ts";
import { complete } from "./completions.ts";
import { LanguageModel } from "./languageModel.ts";
import { models } from "./models.ts";

const MAX_BODY = 1024 * 1024;
const model = new LanguageModel(workerData as string[]);
const trained = Math.floor(Date.now() / 1000);
/** Multiplies the drafts of every answer, for POST /fault {"kind":"slow"}. */
let slowdown = 1;

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? "/", "http://localhost").pathname;
  const route = `${request.method} ${path}`;
  if (route === "GET /v1/models") {
    const data = Object.keys(models).map((id) => ({
      id,
      object: "model",
      created: trained,
      owned_by: "agent-vitals-example",
    }));
    return sendJson(response, 200, { object: "list", data });
  }
  if (route === "POST /v1/chat/completions") {
    const body = completionRequest(await readJson(request, MAX_BODY));
    return complete(model, body, response, slowdown);
  }
  throw new HttpError(404, `there is no ${route} here: GET /v1/models or POST /v1/chat/completions`);
}

const server = createServer((request, response) => {
  serve(request, response).catch((error) => {
    if (error instanceof HttpError) error.details.type ??= "invalid_request_error";
    sendError(response, error);
  });
});
server.listen(0, "127.0.0.1", () => parentPort?.postMessage({ port: (server.address() as AddressInfo).port }));
parentPort?.on("message", (message: { slowdown: number }) => {
  slowdown = message.slowdown;
});
