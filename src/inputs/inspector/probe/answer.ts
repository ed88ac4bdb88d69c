import type { AnswerFacts } from "../../../model/answers/readUsage.ts";
import type { ProbeApi } from "../../../model/probe.ts";
import type { Answer, Parts } from "./parts.ts";

/**
 * Reads an answer's body beside the agent: server-sent events or lines of JSON item by item, a whole JSON document at
 * its end. Once the first token is there, an item is parsed only if it seems to hold figures.
 */
export function createAnswer(
  options: { api: ProbeApi; contentType: string; streaming: boolean },
  { holdsToken, readUsage, topLevel }: Pick<Parts, "holdsToken" | "readUsage" | "topLevel">,
): Answer {
  const LONGEST = 4 * 1024 * 1024;
  const TAIL = 32 * 1024;
  // biome-ignore format: one list
  const KEYS = ["model", "usage", "error", "prompt_eval_count", "eval_count", "load_duration", "prompt_eval_duration", "eval_duration", "total_duration"] as const;
  const TELLING =
    /"usage"\s*:\s*\{|"error"\s*:\s*[{"]|"type"\s*:\s*"(message_stop|error|response\.(completed|failed|incomplete))"|"done"\s*:\s*true/;

  const { api, contentType, streaming } = options;
  const facts: AnswerFacts = {};
  const events = contentType.includes("event-stream");
  const lines = events || /ndjson|jsonl|json-seq/.test(contentType) || (streaming && api.startsWith("ollama."));
  let text = "";
  let tail = "";
  let tooLong = false;

  const item = (json: string, time: number): void => {
    if (json === "[DONE]") {
      facts.finished = true;
      return;
    }
    if (facts.firstToken !== undefined && !TELLING.test(json)) return;
    const value: unknown = JSON.parse(json);
    if (typeof value !== "object" || value === null) return;
    const fields = value as Record<string, unknown>;
    if (facts.firstToken === undefined && streaming && holdsToken(api, fields)) facts.firstToken = time;
    readUsage(facts, fields);
  };

  const line = (raw: string, time: number): void => {
    const content = events ? (raw.startsWith("data:") ? raw.slice(5).trim() : "") : raw.trim();
    if (content === "") return;
    try {
      item(content, time);
    } catch {
      // Not JSON: keep-alive text, or a server's own words. It holds no figures.
    }
  };

  const document = (): void => {
    const found = topLevel(text, KEYS);
    const fields: Record<string, unknown> = {};
    for (const key of KEYS) {
      // Too long to have been kept whole: vectors, whose figures stand behind them and hold no text of users.
      const late = tooLong ? new RegExp(`"${key}"\\s*:\\s*(\\{[^{}]*\\}|"[^"]*"|\\d+)`).exec(tail)?.[1] : undefined;
      try {
        fields[key] = JSON.parse(found[key] ?? late ?? "null");
      } catch {
        // Cut short: what is missing stays unknown.
      }
    }
    readUsage(facts, fields);
  };

  return {
    facts,
    read(chunk, time) {
      const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString();
      if (!lines) {
        if (text.length + piece.length > LONGEST) tooLong = true;
        if (tooLong) tail = (tail + piece).slice(-TAIL);
        else text += piece;
        return;
      }
      let start = 0;
      for (let end = piece.indexOf("\n"); end >= 0; end = piece.indexOf("\n", start)) {
        if (!tooLong) line(text + piece.slice(start, end), time);
        text = "";
        tooLong = false;
        start = end + 1;
      }
      text += piece.slice(start);
      if (text.length > LONGEST) {
        text = "";
        tooLong = true;
      }
    },
    end() {
      if (!lines) document();
      else if (!tooLong && text !== "") line(text, 0);
      text = "";
    },
  };
}
