import type { Failure } from "./parts.ts";

/** Whether an error was the agent's own giving up, else its code or class; never its text. */
export function failureOf(error: unknown): Failure {
  // Anything may be given to `abort()`; only errors are thrown by a socket.
  if (typeof error !== "object" || error === null) return { outcome: "cancelled" };
  const { name, code } = error as { name?: unknown; code?: unknown };
  if (name === "AbortError" || code === "ABORT_ERR" || code === "UND_ERR_ABORTED") return { outcome: "cancelled" };
  const word = [code, name].find((each): each is string => typeof each === "string" && /^[\w.:-]{1,64}$/.test(each));
  return { outcome: "error", errorType: word ?? "Error" };
}
