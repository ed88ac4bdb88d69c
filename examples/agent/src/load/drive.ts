/** Drives turns against a running agent and collects what each turn's last event says. */
import { readFileSync } from "node:fs";
import { readEvents } from "../sse.ts";
import type { TurnSummary } from "../turnSummary.ts";
import { sampleNames, voicesFolder } from "../voice/transcripts.ts";
import { questionFor } from "./questions.ts";

export interface Load {
  /** Where the agent listens. */
  url: string;
  /** Users at once; each asks the next question when it has its answer. */
  users: number;
  /** Turns of all users together. */
  turns: number;
  /** Speak the recordings of `voices/` in place of typing. */
  voice: boolean;
}

export interface Driven {
  turns: TurnSummary[];
  /** Turns without a summary: refused, or broken off. */
  failures: string[];
}

/** The agent can't be reached at all. */
class NoAgentError extends Error {
  override readonly name = "NoAgentError";
}

/** Resolves when all turns are over; `onTurn` hears of each. */
export async function drive(load: Load, onTurn: (done: number) => void): Promise<Driven> {
  const driven: Driven = { turns: [], failures: [] };
  const requests = load.voice ? voiceRequests() : undefined;
  let next = 0;
  const user = async (session: string) => {
    while (next < load.turns) {
      const number = next++;
      const request = requests ? requests(number) : chatRequest(number, session);
      try {
        driven.turns.push(await turn(new URL(request.path, load.url), request.init));
      } catch (error) {
        if (error instanceof NoAgentError && driven.turns.length === 0) throw error;
        driven.failures.push((error as Error).message);
      }
      onTurn(driven.turns.length + driven.failures.length);
    }
  };
  await Promise.all(Array.from({ length: load.users }, (_, index) => user(`user-${index + 1}`)));
  return driven;
}

interface TurnRequest {
  path: string;
  init: RequestInit;
}

function chatRequest(number: number, session: string): TurnRequest {
  const body = JSON.stringify({ message: questionFor(number), session });
  return { path: "/chat", init: { method: "POST", headers: { "content-type": "application/json" }, body } };
}

function voiceRequests(): (number: number) => TurnRequest {
  const recordings = sampleNames().map((name) => readFileSync(new URL(`${name}.wav`, voicesFolder)));
  return (number) => {
    const body = recordings[number % recordings.length] as Buffer<ArrayBuffer>;
    return { path: "/voice", init: { method: "POST", headers: { "content-type": "audio/wav" }, body } };
  };
}

async function turn(url: URL, init: RequestInit): Promise<TurnSummary> {
  const response = await reach(url, init);
  if (!response.ok || !response.body) {
    throw new Error(`${url.pathname} answered ${response.status}: ${(await response.text()).trim()}`);
  }
  for await (const { event, data } of readEvents(response.body)) {
    if (event === "done" || event === "error") return JSON.parse(data) as TurnSummary;
  }
  throw new Error(`${url.pathname} broke off before its last event`);
}

async function reach(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const reason = ((error as Error).cause as { code?: string } | undefined)?.code ?? (error as Error).message;
    throw new NoAgentError(`no agent answers at ${url.origin} (${reason}): start it with "npm start", or give --url`);
  }
}
