import type { ModelServerState } from "../../model/modelServers.ts";
import { type Ask, NoAnswer } from "./ask.ts";

/** What one look at a server gave. */
export type Reading = Omit<ModelServerState, "url" | "kind" | "name" | "time" | "status"> & {
  status: "up" | "loading";
};

/**
 * Looks at one server again and again, one question at a time. Rejects with `NoAnswer` when it is down. It keeps what
 * it needs from look to look, so each life of a server has its own.
 */
export type Reader = (ask: Ask, seen: Seen) => Promise<Reading>;

/** What can be seen of a server without asking it. */
interface Seen {
  /** Whether anybody is connected to it; undefined when that can't be seen. */
  connected?: boolean | undefined;
}

/** Makes a reader; `now` in seconds. */
export type ReaderMaker = (now: () => number) => Reader;

/** Enough for any list that people read. */
export const MOST_NAMES = 200;

/** Asks what seldom changes at most once in so many seconds; what could not be told is undefined, as long. */
export function seldom<T>(
  seconds: number,
  now: () => number,
  find: (ask: Ask) => Promise<T>,
): (ask: Ask) => Promise<T | undefined> {
  let kept: { value: T | undefined; until: number } | undefined;
  return async (ask) => {
    const time = now();
    if (!kept || time >= kept.until || time < kept.until - seconds) {
      kept = { value: await ifTold(find(ask)), until: time + seconds };
    }
    return kept.value;
  };
}

/** Undefined instead of a rejection with `NoAnswer`: for what a server may keep to itself. */
export async function ifTold<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof NoAnswer) return undefined;
    throw error;
  }
}

/** The fields that have a value. */
export function told<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
