/** Whether a request may come in, judged by its head alone. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { MAX_PACKED } from "./limits.ts";
import { Refusal, tooLarge } from "./refusal.ts";
import { encodingOf } from "./replies.ts";
import { type Encoding, type Signal, signals } from "./signals.ts";

export interface Admitted {
  signal: Signal;
  encoding: Encoding;
  packed: boolean;
}

export interface Rules {
  token: string;
  requireToken: boolean;
}

/** @throws Refusal */
export function admit({ headers, method, url }: IncomingMessage, rules: Rules): Admitted {
  refusePages(headers);
  const [path = ""] = (url ?? "").split("?", 1);
  const signal = signals.get(path.replace(/(.)\/$/, "$1"));
  if (!signal) {
    const known = "OTLP is taken at /v1/traces, /v1/metrics and /v1/logs.";
    throw new Refusal(404, "unknown path", `Nothing is at ${JSON.stringify(path.slice(0, 100))}. ${known}`);
  }
  if (method !== "POST") {
    throw new Refusal(405, "not a POST", `${method} is not served at ${path}: OTLP is sent by POST.`, {
      allow: "POST",
    });
  }
  if (rules.requireToken) checkToken(headers, rules.token);
  return { signal, encoding: checkEncoding(headers, signal), packed: checkPacking(headers) };
}

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/** A page on the web that talks to our port says where it comes from, or came by a name of its own (DNS rebinding). */
function refusePages({ host, origin }: IncomingHttpHeaders): void {
  if (!LOOPBACK.test(host ?? "")) {
    const name = JSON.stringify((host ?? "").slice(0, 100));
    throw new Refusal(
      403,
      "foreign host",
      `The host ${name} is not this one: send to http://127.0.0.1 or http://localhost.`,
    );
  }
  if (origin !== undefined) {
    const why = "Pages in a browser may not send here; an agent that runs in one can't be watched by OpenTelemetry.";
    throw new Refusal(403, "web page", why);
  }
}

function checkToken(headers: IncomingHttpHeaders, token: string): void {
  const bearer = /^Bearer\s+(.+)$/i.exec(headers.authorization ?? "")?.[1]?.trim();
  const own = headers["x-agent-vitals-token"];
  const given = [bearer, own].filter((each): each is string => typeof each === "string" && each !== "");
  if (given.some((each) => isSame(each, token))) return;
  const what = given.length > 0 ? "The token is not this workspace's" : "No token was given";
  const how =
    "Start the agent in a terminal of the workspace, or in one set up by the command “Agent Vitals: Copy Environment for an External Terminal”";
  const without = "To admit exporters without a token, turn off the setting agentVitals.otlp.requireToken";
  const challenge = { "www-authenticate": 'Bearer realm="Agent Vitals"' };
  throw new Refusal(401, given.length > 0 ? "wrong token" : "no token", `${what}. ${how}. ${without}.`, challenge);
}

/** Compared in constant time, whatever the lengths. */
function isSame(given: string, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

function checkEncoding(headers: IncomingHttpHeaders, { encodings }: Signal): Encoding {
  const encoding = encodingOf(headers["content-type"]);
  if (encoding && encodings.includes(encoding)) return encoding;
  const given = JSON.stringify((headers["content-type"] ?? "").slice(0, 100));
  const taken = encodings.length > 1 ? "application/x-protobuf and application/json are" : "application/json is";
  const grpc = /grpc/i.test(given) ? " Set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf: gRPC is not spoken here." : "";
  throw new Refusal(415, "wrong content type", `The content type ${given} is not taken here, ${taken}.${grpc}`);
}

/** Whether the body is packed, by gzip or deflate. */
function checkPacking(headers: IncomingHttpHeaders): boolean {
  const packing = (headers["content-encoding"] ?? "identity").trim().toLowerCase();
  const packed = ["gzip", "x-gzip", "deflate"].includes(packing);
  if (!packed && packing !== "identity" && packing !== "") {
    const told = `The content encoding ${JSON.stringify(packing.slice(0, 100))} is not taken here; gzip, deflate and none are.`;
    throw new Refusal(415, "wrong content encoding", told, { "accept-encoding": "gzip, deflate, identity" });
  }
  const claimed = Number(headers["content-length"] ?? 0);
  if (claimed > MAX_PACKED) throw tooLarge(`${claimed.toLocaleString("en")} bytes are announced`, MAX_PACKED);
  return packed;
}
