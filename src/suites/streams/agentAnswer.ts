import Type from "typebox";
import { type Failure, failure } from "../failure.ts";
import type { Exchange } from "../target.ts";
import { markStage, takeStages } from "./stages.ts";
import { countedTokens, countToken } from "./tokens.ts";

const names = (description: string, example: string) =>
  Type.Optional(Type.Array(Type.String(), { description, examples: [[example]] }));

/** How the messages of an agent's own are called. */
export const AgentEvents = Type.Object(
  {
    field: Type.Optional(
      Type.String({
        description:
          "Field of a message's JSON that tells what it is. Default: the event's name of server-sent events, else type.",
        minLength: 1,
      }),
    ),
    token: names("Messages with a piece of the answer. Default: token.", "delta"),
    audio: names("Messages with a piece of speech: the first is the stage first_audio. Default: audio.", "audio"),
    done: names("Last messages of an answer, which may tell of its stages. Default: done.", "response.done"),
    error: names("Messages that say that it failed. Default: error.", "error"),
  },
  { description: "How the agent's messages are called.", additionalProperties: false },
);

export type AgentEvents = Type.Static<typeof AgentEvents>;

/** Reads an answer in messages of the agent's own into an exchange. */
export class AgentAnswer {
  /** Its last message came. */
  done = false;
  readonly #exchange: Exchange;
  readonly #field: string | undefined;
  readonly #token: readonly string[];
  readonly #audio: readonly string[];
  readonly #done: readonly string[];
  readonly #error: readonly string[];

  constructor(events: AgentEvents, exchange: Exchange) {
    this.#exchange = exchange;
    this.#field = events.field;
    this.#token = events.token ?? ["token"];
    this.#audio = events.audio ?? ["audio"];
    this.#done = events.done ?? ["done"];
    this.#error = events.error ?? ["error"];
  }

  /** @returns that it was the last, or that the agent failed */
  message(name: string | undefined, data: string, at: number): boolean | Failure {
    const kind = this.#field === undefined ? (name ?? "message") : String(fieldsOf(data)?.[this.#field]);
    if (this.#error.includes(kind)) {
      takeStages(fieldsOf(data) ?? {}, this.#exchange);
      return failure("failed", "the agent told of an error");
    }
    if (this.#done.includes(kind)) {
      this.done = true;
      takeStages(fieldsOf(data) ?? {}, this.#exchange);
      return true;
    }
    if (this.#token.includes(kind)) countToken(this.#exchange, at);
    else if (this.#audio.includes(kind)) this.speech(at);
    return false;
  }

  /** A piece of speech came. */
  speech(at: number): void {
    if (this.#exchange.stages?.first_audio === undefined) markStage("first_audio", at, this.#exchange);
  }

  /** Nothing more comes. @returns that the answer has no end though the agent would tell of one */
  end(): Failure | undefined {
    if (this.#exchange.firstToken !== undefined) this.#exchange.outputTokens ??= countedTokens(this.#exchange);
    if (this.done || this.#done.length === 0) return undefined;
    return failure("cut short", `the answer ended without ${this.#done.join(" or ")}`);
  }
}

function fieldsOf(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
