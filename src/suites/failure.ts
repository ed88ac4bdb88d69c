import { maskSecrets } from "../model/mask.ts";
import type { SuiteErrorKind } from "../model/suites.ts";
import type { Exchange } from "./target.ts";

/** Why a request failed; the message is for people and holds nothing of what was said. */
export interface Failure {
  kind: SuiteErrorKind;
  message: string;
}

/** Characters of a message. */
const LONGEST = 200;

export function failure(kind: SuiteErrorKind, message: string): Failure {
  const masked = maskSecrets(message.replace(/\s+/g, " "));
  return { kind, message: masked.length > LONGEST ? `${masked.slice(0, LONGEST - 1)}…` : masked };
}

/** Errors that say that no connection came to be. */
const UNREACHED = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "ENOENT",
]);

/**
 * What became of a connection.
 * @param place `host:port`
 * @param begun something of the answer had come
 */
export function brokenConnection(error: NodeJS.ErrnoException | undefined, place: string, begun: boolean): Failure {
  const code = error?.code;
  if (code !== undefined && UNREACHED.has(code)) return failure("refused", `${code} ${place}`);
  if (begun) return failure("cut short", code ? `${code} ${place}` : `${place} closed the connection amid its answer`);
  if (code === "ETIMEDOUT") return failure("timeout", `${code} ${place}`);
  if (code === undefined || code === "ECONNRESET" || code === "EPIPE")
    return failure("reset", code ? `${code} ${place}` : `${place} closed the connection without an answer`);
  const hint = /CERT|SELF_SIGNED|ALTNAME/.test(code) ? ": name its certificate as tls.ca, or set tls.insecure" : "";
  return failure("failed", `${code} ${place}${hint}`);
}

/** The exchange as it ended: well, by a failure, or cancelled. */
export function settle(exchange: Exchange, at: number, why?: Failure | "cancelled"): Exchange {
  exchange.ended = at;
  if (why === undefined) return exchange;
  if (why === "cancelled") {
    exchange.outcome = "cancelled";
    return exchange;
  }
  exchange.outcome = "error";
  exchange.errorKind = why.kind;
  exchange.error = why.message;
  return exchange;
}

/** What the end of a signal means for a request. */
export function stopped(signal: AbortSignal): Failure | "cancelled" {
  const { reason } = signal;
  return reason instanceof Error && reason.name === "TimeoutError"
    ? failure("timeout", "no whole answer in time")
    : "cancelled";
}

/** Seconds of the monotonic clock. */
export function now(): number {
  return performance.now() / 1000;
}
