import type { ProbeApi, ProbeBatch, ProbeCall, ProbeRuntime } from "../../model/probe.ts";

/** More than any batch of ours: somebody else calls the binding. */
const LONGEST = 4 * 1024 * 1024;
const MOST_CALLS = 2000;
const LONGEST_TEXT = 256;
const LONGEST_CALL = 7 * 24 * 3600;
/** Unix seconds from the year 2001 to 5138: anything else is a mistake of units. */
const TIMES = { from: 1e9, to: 1e11 };

const apis: readonly ProbeApi[] = [
  "openai.chat",
  "openai.completions",
  "openai.responses",
  "openai.embeddings",
  "anthropic.messages",
  "ollama.chat",
  "ollama.generate",
  "ollama.embeddings",
];

/**
 * What the probe told, checked: any code in the agent can call its function. A call that is wrong costs that call and
 * counts as dropped; figures of the runtime that are wrong are left out.
 * @returns undefined for what is no batch at all
 */
export function readBatch(payload: string, thread: number): ProbeBatch | undefined {
  if (payload.length > LONGEST) return undefined;
  let told: { calls?: unknown; runtime?: unknown; dropped?: unknown } | null;
  try {
    told = JSON.parse(payload);
  } catch {
    return undefined;
  }
  if (!Array.isArray(told?.calls) || !isCount(told.dropped)) return undefined;
  const calls = told.calls.slice(0, MOST_CALLS).filter(isCall);
  const dropped = told.dropped + told.calls.length - calls.length;
  return { thread, calls, dropped, ...(isRuntime(told.runtime) && { runtime: told.runtime }) };
}

function isCall(value: unknown): value is ProbeCall {
  const call = Object(value) as Partial<ProbeCall>;
  const { api, outcome, start, duration, ollama } = call;
  if (!apis.includes(api as ProbeApi) || !["ok", "error", "cancelled"].includes(outcome as string)) return false;
  if (!isTime(start) || !isDuration(duration)) return false;
  if (!isText(call.id) || !isText(call.host)) return false;
  const durations = [call.timeToFirstByte, call.timeToFirstChunk, call.timeToFirstToken];
  const counts = [call.status, call.inputTokens, call.outputTokens];
  const texts = [call.model, call.errorType, call.traceId, call.parentSpanId];
  return (
    durations.every((v) => v === undefined || isDuration(v)) &&
    counts.every((v) => v === undefined || isCount(v)) &&
    texts.every((v) => v === undefined || isText(v)) &&
    (ollama === undefined || (Object(ollama) === ollama && Object.values(ollama).every(isDuration)))
  );
}

function isRuntime(value: unknown): value is ProbeRuntime {
  const { time, eventLoopDelay, eventLoopUtilization, gc, memory, activeResources, warnings, ...counts } = Object(
    value,
  ) as Partial<ProbeRuntime>;
  return (
    isTime(time) &&
    areNumbers(eventLoopDelay, ["mean", "p50", "p99", "max"]) &&
    isAmount(eventLoopUtilization) &&
    areNumbers(gc, ["count", "duration", "max"]) &&
    (gc?.heapAfter === undefined || isAmount(gc.heapAfter)) &&
    areNumbers(memory, ["rss", "heapTotal", "heapUsed", "heapLimit", "external", "arrayBuffers"]) &&
    areCounts(activeResources) &&
    areCounts(warnings) &&
    isCount(counts.uncaughtExceptions) &&
    isCount(counts.unhandledRejections)
  );
}

function areNumbers(value: unknown, names: readonly string[]): boolean {
  return names.every((name) => isAmount(Object(value)[name]));
}

/** Counts by name, few enough to be shown. */
function areCounts(value: unknown): boolean {
  if (Object(value) !== value) return false;
  const all = Object.entries(value as object);
  return all.length <= 100 && all.every(([name, count]) => isText(name) && isCount(count));
}

const isAmount = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value) && value >= 0;
const isCount = (value: unknown): value is number => isAmount(value) && Number.isInteger(value);
const isDuration = (value: unknown): value is number => isAmount(value) && value <= LONGEST_CALL;
const isTime = (value: unknown): value is number => isAmount(value) && value >= TIMES.from && value <= TIMES.to;
const isText = (value: unknown): value is string => typeof value === "string" && value.length <= LONGEST_TEXT;
