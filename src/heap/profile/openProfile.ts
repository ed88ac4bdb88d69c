import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import type {
  HeapAllocationRow,
  HeapAnswer,
  HeapFunctionRow,
  HeapPlace,
  HeapProfileFacts,
  HeapQuestion,
  HeapQuestions,
  HeapSort,
  ProfileColumn,
} from "../../model/heap.ts";
import { matcher, page, sortedBy } from "../answers/window.ts";
import { HeapQuestionError, HeapSnapshotError } from "../error.ts";
import type { OpenedHeap } from "../openHeap.ts";

/**
 * What V8's sampling heap profiler found to be still held, by the stack that allocated it: a tree of calls.
 * https://chromedevtools.github.io/devtools-protocol/v8/HeapProfiler/#type-SamplingHeapProfile
 */
interface Call {
  function: string;
  place?: HeapPlace;
  selfSize: number;
  totalSize: number;
  caller: number;
  callees: number[];
  /** The same function at the same place is the same. */
  key: string;
}

/** A profile begins with its head's call frame; larger than this no profile is. */
const LARGEST = 500e6;
const BEGINNING = 512;

/** @returns undefined when the file is no `.heapprofile` @throws {HeapSnapshotError} when it is a broken one */
export function openProfile(path: string): OpenedHeap | undefined {
  if (!/^\s*\{\s*"head"\s*:/.test(beginningOf(path))) return undefined;
  const { size } = statSync(path);
  if (size > LARGEST)
    throw new HeapSnapshotError(`The profile has ${size} bytes, more than the ${LARGEST} that can be read.`);
  const calls = readCalls(parse(readFileSync(path, "utf8")));
  const functions = sumFunctions(calls);
  const facts: HeapProfileFacts = {
    kind: "profile",
    path,
    fileSize: size,
    total: calls[0]!.totalSize,
    functions: functions.length,
    nodes: calls.length,
  };
  return {
    facts,
    ask: <Question extends HeapQuestion>(question: Question) =>
      answer(calls, functions, question) as HeapAnswer<Question>,
  };
}

function beginningOf(path: string): string {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(BEGINNING);
    return bytes.toString("latin1", 0, readSync(file, bytes, 0, BEGINNING, 0));
  } finally {
    closeSync(file);
  }
}

function parse(text: string): unknown {
  try {
    return (JSON.parse(text) as { head?: unknown }).head;
  } catch (error) {
    throw new HeapSnapshotError(`The profile is no whole JSON: ${(error as Error).message}. Take it anew.`);
  }
}

interface RawCall {
  callFrame?: { functionName?: unknown; url?: unknown; lineNumber?: unknown; columnNumber?: unknown };
  selfSize?: unknown;
  children?: unknown;
}

/** The tree as a list in which callers come before those they call. */
function readCalls(head: unknown): Call[] {
  const calls: Call[] = [];
  const waiting: { raw: RawCall; caller: number }[] = [{ raw: record(head), caller: -1 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { raw, caller } = next;
    const at = calls.push(toCall(raw, caller, calls.length)) - 1;
    calls[caller]?.callees.push(at);
    for (const child of Array.isArray(raw.children) ? [...raw.children].reverse() : [])
      waiting.push({ raw: record(child), caller: at });
  }
  for (let at = calls.length - 1; at > 0; at--) calls[calls[at]!.caller]!.totalSize += calls[at]!.totalSize;
  return calls;
}

function toCall({ callFrame, selfSize }: RawCall, caller: number, at: number): Call {
  const frame = record(callFrame) as NonNullable<RawCall["callFrame"]>;
  const size = number(selfSize, "selfSize", at);
  const name = typeof frame.functionName === "string" && frame.functionName !== "" ? frame.functionName : "(anonymous)";
  const url = typeof frame.url === "string" ? frame.url : "";
  const line = Number(frame.lineNumber ?? -1);
  const column = Number(frame.columnNumber ?? 0);
  return {
    function: name,
    ...(url !== "" && { place: { file: url, line: Math.max(0, line), column: Math.max(0, column) } }),
    selfSize: size,
    totalSize: size,
    caller,
    callees: [],
    key: `${name}\0${url}:${line}:${column}`,
  };
}

function record(value: unknown): RawCall {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new HeapSnapshotError("The profile is broken: where a call should stand there is none.");
}

function number(value: unknown, field: string, at: number): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new HeapSnapshotError(`The profile is broken: ${field} of its call ${at} is ${JSON.stringify(value)}.`);
}

/** By function; what a call in a recursion holds is counted once. */
function sumFunctions(calls: readonly Call[]): HeapFunctionRow[] {
  const rows = new Map<string, HeapFunctionRow>();
  calls.forEach((call, at) => {
    if (at === 0) return;
    const row = rows.get(call.key) ?? {
      function: call.function,
      ...(call.place && { place: call.place }),
      selfSize: 0,
      totalSize: 0,
      node: at,
    };
    rows.set(call.key, row);
    row.selfSize += call.selfSize;
    let above = call.caller;
    while (above > 0 && calls[above]!.key !== call.key) above = calls[above]!.caller;
    if (above <= 0) row.totalSize += call.totalSize;
  });
  return [...rows.values()];
}

function answer(
  calls: readonly Call[],
  functions: readonly HeapFunctionRow[],
  question: HeapQuestion,
): HeapQuestions[keyof HeapQuestions][1] {
  switch (question.kind) {
    case "allocations": {
      const of = callAt(calls, question.node ?? 0);
      return page(sorted(of.callees, calls, question.sort), question.window, (at) => allocationRow(calls, at));
    }
    case "functions": {
      const matches = matcher(question.filter);
      const found = [...functions.keys()].filter((at) => {
        const { function: name, place } = functions[at]!;
        return matches(name) || (place?.file !== undefined && matches(place.file));
      });
      return page(sorted(found, functions, question.sort), question.window, (at) => functions[at]!);
    }
    case "callers": {
      const rows: HeapAllocationRow[] = [];
      for (let at = question.node; at > 0; at = callAt(calls, at).caller) rows.push(allocationRow(calls, at));
      return rows;
    }
    default:
      throw new HeapQuestionError("That can be asked of a heap snapshot, not of a .heapprofile.");
  }
}

function callAt(calls: readonly Call[], node: number): Call {
  const call = calls[node];
  if (!call) throw new HeapQuestionError(`There is no call ${node}: the profile has ${calls.length}.`);
  return call;
}

const sorted = (
  rows: readonly number[],
  of: readonly Pick<Call, ProfileColumn>[],
  sort: HeapSort<ProfileColumn>,
): Uint32Array => sortedBy(rows, sort, (at, column) => of[at]![column]);

function allocationRow(calls: readonly Call[], at: number): HeapAllocationRow {
  const { function: name, place, selfSize, totalSize, callees } = callAt(calls, at);
  return { node: at, function: name, ...(place && { place }), selfSize, totalSize, callees: callees.length };
}
