import type { Outcome, ResponseTracker } from "./api.ts";
import { count, quote, text } from "./json.ts";
import type { Recorder } from "./recorder.ts";
import { activeSpan } from "./span.ts";

/** `Symbol.dispose`, also where Node is too old to have it: compiled `using` looks for it under this name. */
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

export class Tracker implements ResponseTracker {
  readonly queryType: string;
  #recorder: Recorder;
  #start = performance.now();
  #more: string;
  #model: string | undefined;
  #firstToken: number | undefined;
  #tokens: { input?: number; output?: number } = {};
  #ended = false;

  constructor(recorder: Recorder, queryType: string, more: string, model?: string) {
    this.#recorder = recorder;
    this.queryType = queryType;
    this.#more = more + activeSpan();
    this.#model = model;
  }

  firstToken(): void {
    this.#firstToken ??= performance.now() - this.#start;
  }

  tokens(tokens: { input?: number; output?: number }): void {
    this.#tokens = { ...this.#tokens, ...tokens };
  }

  model(name: string): void {
    this.#model = name;
  }

  end(outcome: Outcome = "ok", errorType?: string): void {
    if (this.#ended) return;
    this.#ended = true;
    const { input, output } = this.#tokens;
    const more = this.#more + details({ errorType, model: this.#model, inputTokens: input, outputTokens: output });
    const duration = performance.now() - this.#start;
    this.#recorder.response(this.queryType, this.#start, duration, outcomeOf(outcome), more, this.#firstToken);
  }

  [dispose](): void {
    this.end();
  }
}

/** An outcome that the wire knows; JavaScript callers may have given anything. */
export function outcomeOf(outcome: unknown): Outcome {
  return outcome === "error" || outcome === "cancelled" ? outcome : "ok";
}

interface Details {
  turnId?: string | undefined;
  errorType?: string | undefined;
  model?: string | undefined;
  inputTokens?: number | undefined;
  outputTokens?: number | undefined;
}

/** The optional members of a response line, each with a leading comma. */
export function details({ turnId, errorType, model, inputTokens, outputTokens }: Details): string {
  const input = count(inputTokens);
  const output = count(outputTokens);
  return (
    (turnId ? `,"turnId":${quote(text(turnId, 128, ""))}` : "") +
    (errorType ? `,"errorType":${quote(text(errorType, 256, ""))}` : "") +
    (model ? `,"model":${quote(text(model, 256, ""))}` : "") +
    (input === undefined ? "" : `,"inputTokens":${input}`) +
    (output === undefined ? "" : `,"outputTokens":${output}`)
  );
}
