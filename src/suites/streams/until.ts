import Type from "typebox";
import { parseDuration } from "../../model/config.ts";
import { type Failure, failure } from "../failure.ts";
import type { Exchange } from "../target.ts";
import { AgentAnswer, type AgentEvents } from "./agentAnswer.ts";
import { countedTokens, countToken } from "./tokens.ts";

/** When an answer in messages, or in lines, is whole. */
export const Until = Type.Object(
  {
    messages: Type.Optional(Type.Integer({ description: "After so many messages.", minimum: 1 })),
    field: Type.Optional(
      Type.String({
        description:
          "With the message whose JSON has this field (a.b for one within another), equal to `equals` if given.",
        minLength: 1,
      }),
    ),
    equals: Type.Optional(Type.Unknown({ description: "What the field holds in the last message." })),
    text: Type.Optional(Type.String({ description: "With the message that is this text." })),
    idle: Type.Optional(
      Type.String({
        description: "When nothing more has come for so long behind a message; the answer ended with that message.",
        pattern: "^\\d+(\\.\\d+)?(ms|s|m|h)$",
        examples: ["500ms"],
      }),
    ),
    closed: Type.Optional(Type.Boolean({ description: "When the other side ends the connection, or itself." })),
  },
  {
    description: "When an answer is whole: by the first of these that comes true. Default: with a `done` message.",
    additionalProperties: false,
  },
);

export type Until = Type.Static<typeof Until>;

/** Reads an answer in messages until it is whole. */
export interface MessageReader {
  /**
   * @param text undefined of a binary message, which holds speech
   * @returns that the answer is whole with it, or what is wrong
   */
  message(text: string | undefined, at: number): boolean | Failure;
  /** The other side has ended. @returns what is wrong with that */
  end(): Failure | undefined;
  /** Seconds of silence that end it. */
  readonly idle: number | undefined;
}

/**
 * Without `until` the agent's messages tell what they are by `events`; with it each message is content, and so a token,
 * unless `events` are given too.
 * @throws when the conditions contradict themselves
 */
export function messageReader(
  until: Until | undefined,
  events: AgentEvents | undefined,
  exchange: Exchange,
): MessageReader {
  const byName = until === undefined || events !== undefined;
  const answer = byName
    ? new AgentAnswer({ field: "type", ...events, ...(until && { done: events?.done ?? [] }) }, exchange)
    : undefined;
  const idle = until?.idle === undefined ? undefined : parseDuration(until.idle);
  let count = 0;
  return {
    idle,
    message(text, at) {
      count++;
      if (!answer) countToken(exchange, at);
      else if (text === undefined) answer.speech(at);
      else {
        const enough = answer.message(undefined, text, at);
        if (enough) return enough;
      }
      return until !== undefined && holds(until, count, text);
    },
    end() {
      const missing = answer?.end();
      if (exchange.firstToken !== undefined) exchange.outputTokens ??= countedTokens(exchange);
      if (missing || until === undefined || until.closed || (idle !== undefined && count > 0)) return missing;
      return count === 0
        ? failure("reset", "it ended without an answer")
        : failure("cut short", "it ended before its answer was whole");
    },
  };
}

function holds({ messages, text, field, equals }: Until, count: number, message: string | undefined): boolean {
  if (messages !== undefined && count >= messages) return true;
  if (message === undefined) return false;
  if (text !== undefined && message === text) return true;
  if (field === undefined) return false;
  const value = valueAt(message, field.split("."));
  return equals === undefined ? value !== undefined : JSON.stringify(value) === JSON.stringify(equals);
}

function valueAt(message: string, path: readonly string[]): unknown {
  try {
    return path.reduce<unknown>(
      (value, step) =>
        typeof value === "object" && value !== null ? (value as Record<string, unknown>)[step] : undefined,
      JSON.parse(message),
    );
  } catch {
    return undefined;
  }
}
