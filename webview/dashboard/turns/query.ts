import { stageOf } from "../../../src/model/stages.ts";
import type { TurnPart, TurnRow } from "../../../src/model/turns.ts";
import { parts, spentOn } from "./parts.ts";

/** A turn and what is told of it elsewhere. */
interface Searched {
  row: TurnRow;
  /** Models of its responses, as far as they are still listed. */
  models: readonly string[];
}

/** What was typed into the search, understood. */
export interface Query {
  matches: (turn: Searched) => boolean;
  /** What could not be understood and is left out, for people. */
  problems: string[];
}

type Test = (turn: Searched) => boolean;
/** Either a test, or why there is none. */
type Understood = Test | string;

const words: Record<string, Test> = {
  error: ({ row }) => row.outcome === "error",
  failed: ({ row }) => row.outcome === "error",
  cancelled: ({ row }) => row.outcome === "cancelled",
  interrupted: ({ row }) => row.interrupted,
  running: ({ row }) => row.open === true,
  voice: ({ row }) => row.kind === "voice",
  chat: ({ row }) => row.kind === "chat",
};

const figures: Record<string, (row: TurnRow) => number | undefined> = {
  silence: (row) => row.heardSilence,
  token: (row) => row.timeToFirstToken,
  whole: (row) => row.duration,
};

/** `silence:>2s stage:tts type:thinker error`, and words to be found in ids, query types and models; all must hold. */
export function parseQuery(text: string): Query {
  const understood = text.split(/\s+/).filter(Boolean).map(understand);
  const tests = understood.filter((one) => typeof one !== "string");
  return {
    matches: (turn) => tests.every((test) => test(turn)),
    problems: understood.filter((one) => typeof one === "string"),
  };
}

function understand(token: string): Understood {
  const lower = token.toLowerCase();
  const word = Object.hasOwn(words, lower) && words[lower];
  if (word) return word;
  const colon = lower.indexOf(":");
  // Model names have colons too: `llama3.2:3b` is a word.
  if (colon < 1 || !/^[a-z]+$/.test(lower.slice(0, colon))) return contains(lower);
  return filter(lower.slice(0, colon), lower.slice(colon + 1), token);
}

function filter(key: string, value: string, token: string): Understood {
  const figure = Object.hasOwn(figures, key) && figures[key];
  if (figure) {
    const holds = comparison(value);
    if (!holds) return `“${token}” needs a time, such as ${key}:>2s or ${key}:<500ms.`;
    return ({ row }) => {
      const seconds = figure(row);
      return seconds !== undefined && holds(seconds);
    };
  }
  if (key === "stage") return stage(value, token);
  if (key === "type") {
    if (value === "") return `“${token}” needs a query type, such as type:thinker.`;
    return ({ row }) => row.queryTypes.some((type) => type.toLowerCase().startsWith(value));
  }
  return `“${key}:” is no filter. There are silence:, token:, whole:, stage: and type:.`;
}

/** `stage:tts`, or with how long it took: `stage:tts>500ms`. */
function stage(value: string, token: string): Understood {
  const [, name = "", rest = ""] = /^([a-z_]*)(.*)$/.exec(value) ?? [];
  const wanted = parts.find((part) => part === name) ?? byStage(name);
  if (!wanted) return `“${token}” names no stage. There are ${parts.join(", ")}.`;
  const holds = rest === "" ? (seconds: number) => seconds > 0 : comparison(rest);
  if (!holds) return `“${token}” needs a time behind the stage, such as stage:${name}>500ms.`;
  return ({ row }) => holds(spentOn(row.segments, wanted));
}

function byStage(name: string): TurnPart | undefined {
  const stage = stageOf(name, undefined);
  if (stage === "end_of_utterance") return "endpointing";
  return stage === "llm" ? "first_token" : stage;
}

/** `>2s`, `<=500ms`; without a sign it is “at least”. Seconds unless another unit is named. */
function comparison(text: string): ((seconds: number) => boolean) | undefined {
  const [, sign = "", digits, unit = "s"] = /^([<>]=?)?(\d+(?:\.\d+)?|\.\d+)(ms|s|min)?$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const limit = Number(digits) * (unit === "ms" ? 0.001 : unit === "min" ? 60 : 1);
  if (sign === ">") return (seconds) => seconds > limit;
  if (sign === "<") return (seconds) => seconds < limit;
  if (sign === "<=") return (seconds) => seconds <= limit;
  return (seconds) => seconds >= limit;
}

function contains(text: string): Test {
  return ({ row, models }) => {
    const texts = [String(row.index + 1), row.id, ...row.queryTypes, ...models];
    return texts.some((one) => one.toLowerCase().includes(text));
  };
}
