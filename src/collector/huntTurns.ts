import { setTimeout as sleep } from "node:timers/promises";
import { ALL_READINGS } from "../judges/leaks/hunt.ts";
import type { Agent } from "./agent.ts";
import type { LeakHuntAction } from "./protocol.ts";

/** Makes or awaits so many turns; @returns how many were done. */
export type Turns = (count: number) => Promise<number>;

/** Seconds that one turn may take. */
const LONGEST = 60;

/** Turns by requests, one after the other. @param longest seconds that one may take */
export function requestTurns(action: LeakHuntAction, signal: AbortSignal, longest = LONGEST): Turns {
  return async (count) => {
    for (let i = 0; i < count; i++) await request(action, signal, longest);
    return count;
  };
}

/** @throws when it comes to nothing, fails, or does not end in time */
async function request(action: LeakHuntAction, signal: AbortSignal, longest: number): Promise<void> {
  const { url, method } = action;
  const status = await answer(action, signal, longest);
  if (status >= 400) throw new Error(`${method} ${url} was answered with ${status}: a hunt needs turns that succeed.`);
}

/** The status of an answer that has ended. */
async function answer({ url, method, body }: LeakHuntAction, signal: AbortSignal, longest: number): Promise<number> {
  let begun = false;
  try {
    const response = await fetch(url, {
      method,
      signal: AbortSignal.any([signal, AbortSignal.timeout(longest * 1000)]),
      ...(body !== undefined && { body, headers: { "content-type": "application/json" } }),
    });
    begun = true;
    // Nothing of it is kept, however long it is.
    for await (const _ of response.body ?? []);
    return response.status;
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(whyNot(error as Error, `${method} ${url}`, begun, longest));
  }
}

function whyNot(error: Error, request: string, begun: boolean, longest: number): string {
  if (error.name === "TimeoutError")
    return begun
      ? `The answer to ${request} did not end within ${longest} s: a hunt needs turns that end, no stream that stays open.`
      : `${request} was not answered within ${longest} s: a hunt needs turns that end.`;
  const { message } = error.cause instanceof Error ? error.cause : error;
  return begun
    ? `The answer to ${request} broke off (${message || error.message}): a hunt needs turns that succeed.`
    : `${request} came to nothing: ${message || error.message}`;
}

/** Turns that others make, over so many seconds. */
export function othersTurns(agent: Agent, duration: number, signal: AbortSignal): Turns {
  let seen = agent.record.turns;
  return async () => {
    await sleep((duration / ALL_READINGS) * 1000, undefined, { signal });
    const { turns } = agent.record;
    const more = Math.max(0, turns - seen);
    seen = turns;
    return more;
  };
}
