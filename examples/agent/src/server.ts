/** The agent's HTTP server, for this machine alone. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { chat } from "./chat.ts";
import type { Faults } from "./faults.ts";
import { HttpError, readJson, sendError, sendJson } from "./http.ts";
import type { ModelServer } from "./modelServer.ts";
import type { Sessions } from "./sessions.ts";
import { type VoiceParts, voice } from "./voice.ts";

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];
const MAX_FAULT = 4096;

export interface ServerParts extends VoiceParts {
  faults: Faults;
  modelServer: ModelServer;
  sessions: Sessions;
}

export function createAgentServer(parts: ServerParts): Server {
  return createServer((request, response) => {
    serve(request, response, parts).catch((error) => sendError(response, error));
  });
}

async function serve(request: IncomingMessage, response: ServerResponse, parts: ServerParts): Promise<void> {
  refuseStrangers(request);
  const route = `${request.method} ${(request.url ?? "/").split("?")[0]}`;
  switch (route) {
    case "POST /chat":
      return chat(request, response, parts);
    case "POST /voice":
      return voice(request, response, parts);
    case "POST /fault": {
      const act = parts.faults.prepare(await readJson(request, MAX_FAULT));
      // The reply first: some faults leave nobody behind to send it.
      response.once("finish", () => setImmediate(act));
      return sendJson(response, 202, { accepted: true });
    }
    case "GET /health":
      return sendJson(response, 200, health(parts));
    default:
      throw new HttpError(404, `there is no ${route} here: POST /chat, POST /voice, POST /fault or GET /health`);
  }
}

/** A page in the user's browser must not talk to the agent, not even under a name that resolves to this machine. */
function refuseStrangers({ headers }: IncomingMessage): void {
  const origin = headers.origin === undefined ? undefined : originHost(headers.origin);
  for (const [what, host] of [
    ["Host", headers.host ?? ""],
    ["Origin", origin],
  ] as const) {
    if (host === undefined || LOOPBACK.includes(host.replace(/:\d+$/, ""))) continue;
    throw new HttpError(403, `requests with the ${what} "${host}" are refused: use http://127.0.0.1`);
  }
}

function originHost(origin: string): string {
  return URL.canParse(origin) && new URL(origin).protocol === "http:" ? new URL(origin).host : origin;
}

function health({ modelServer, sessions, faults }: ServerParts) {
  return {
    status: "ok",
    uptime: process.uptime(),
    heapUsed: process.memoryUsage().heapUsed,
    modelServer: modelServer.baseUrl,
    talker: modelServer.talker,
    thinker: modelServer.thinker,
    sessions: sessions.size,
    faults: faults.describe(),
  };
}
