import { holdsToken } from "../../model/answers/holdsToken.ts";
import { type AnswerFacts, readUsage } from "../../model/answers/readUsage.ts";
import type { ProbeApi } from "../../model/probe.ts";
import { type Failure, failure } from "../failure.ts";
import type { AnswerHead } from "../http/answerHead.ts";
import type { BodyReader } from "../http/client.ts";
import type { Exchange } from "../target.ts";
import { documentReader } from "./document.ts";
import { EventReader } from "./events.ts";
import { LineReader } from "./lines.ts";
import { countedTokens, countToken } from "./tokens.ts";

type Fields = Record<string, unknown>;

/** What a whole answer has, by which it is told from something else. */
const CONTENT: Record<ProbeApi, string> = {
  "openai.chat": "choices",
  "openai.completions": "choices",
  "openai.responses": "output",
  "openai.embeddings": "data",
  "anthropic.messages": "content",
  "ollama.chat": "message",
  "ollama.generate": "response",
  "ollama.embeddings": "embeddings",
};

/** Reads the answer of a model server into an exchange: streamed or whole, as its content type says. */
export function modelAnswer(api: ProbeApi, head: AnswerHead, exchange: Exchange): BodyReader {
  const type = head.get("content-type") ?? "";
  if (type.includes("event-stream")) return streamed(api, exchange, (item) => new EventReader((_, data) => item(data)));
  if (/ndjson|jsonl/.test(type)) return streamed(api, exchange, (item) => new LineReader(item));
  return documentReader((fields) => {
    const facts: AnswerFacts = {};
    readUsage(facts, fields);
    if (facts.errorType !== undefined) return failure("failed", `its answer is an error: ${facts.errorType}`);
    if (!(CONTENT[api] in fields) && !(api === "ollama.embeddings" && "embedding" in fields))
      return failure("protocol", `its answer has no "${CONTENT[api]}": it is none of ${api}`);
    take(facts, exchange);
    return undefined;
  });
}

interface Cutter {
  read(bytes: Buffer): boolean | Failure;
  end(): boolean | Failure;
}

function streamed(
  api: ProbeApi,
  exchange: Exchange,
  cut: (item: (json: string) => boolean | Failure) => Cutter,
): BodyReader {
  const facts: AnswerFacts = {};
  let time = 0;
  let finished = false;
  let wrong: Failure | undefined;
  const cutter = cut((json) => {
    if (json === "[DONE]") {
      finished = true;
      return true;
    }
    if (json === "") return false;
    const fields = parsed(json);
    if (!fields) return failure("protocol", "an event of its answer is no JSON object");
    if (holdsToken(api, fields)) countToken(exchange, time);
    readUsage(facts, fields);
    if (facts.errorType !== undefined) return failure("failed", `it broke off with an error: ${facts.errorType}`);
    if (facts.finished || hasReason(fields)) finished = true;
    return facts.finished === true;
  });
  return {
    read(bytes, at) {
      if (wrong) return true;
      time = at;
      const enough = cutter.read(bytes);
      if (typeof enough === "object") wrong = enough;
      return enough !== false;
    },
    end() {
      if (!wrong && !finished) {
        const last = cutter.end();
        if (typeof last === "object") wrong = last;
      }
      take(facts, exchange);
      exchange.outputTokens ??= countedTokens(exchange);
      return wrong ?? (finished ? undefined : failure("cut short", "its stream ended before its answer did"));
    },
  };
}

function parsed(json: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

/** A choice says why it ended: some servers send nothing behind it. */
function hasReason({ choices }: Fields): boolean {
  return Array.isArray(choices) && choices.some((choice: Fields | null) => typeof choice?.finish_reason === "string");
}

function take({ inputTokens, outputTokens, ollama }: AnswerFacts, exchange: Exchange): void {
  if (inputTokens !== undefined) exchange.inputTokens = inputTokens;
  if (outputTokens !== undefined) exchange.outputTokens = outputTokens;
  if (!ollama) return;
  const { load, promptEvaluation, evaluation } = ollama;
  exchange.stages = {
    ...(load !== undefined && { load }),
    ...(promptEvaluation !== undefined && { prompt_evaluation: promptEvaluation }),
    ...(evaluation !== undefined && { evaluation }),
  };
}
