import type { HeapPlace } from "../../../model/heap.ts";
import type { LeakLocation } from "../../../model/leaks.ts";
import { type HoldingFunction, isOwn } from "./allocations.ts";
import type { Evidence } from "./evidence.ts";
import type { RunPlace, SourcePlace, Sources, SourceText } from "./sources.ts";

/** How a collection is made to hold one more, behind its name. */
const PUTS =
  "(?:\\?\\.|\\.)\\s*(?:set|add|push|unshift|splice|append|enqueue|on|once|addListener|prependListener|addEventListener|subscribe|register|write|concat)\\s*\\(";
const ASSIGNS = "(?:\\s*\\[[^\\]]*\\])*\\s*(?:\\[[^\\]]*\\]|\\.\\w+)?\\s*(?:\\?\\?|\\|\\|)?\\+?=(?!=|>)";
/** Lines of a function that are looked through from where it begins. */
const FUNCTION_LINES = 60;

/**
 * The line that makes something hold more and more. V8's profiler knows the functions that allocated, the snapshot the
 * variable that holds: the line is the one in these functions that puts something into that variable. A function that
 * is itself held (a listener, a timer's callback) stands at its own line.
 * @param functions the likeliest first
 */
export function findLine(
  evidence: Evidence,
  functions: readonly HoldingFunction[],
  sources: Sources,
  pattern?: RegExp,
): LeakLocation | undefined {
  const own = functions.filter(({ file }) => isOwn(file));
  const held = heldFunction(evidence);
  const place = held && sources.find(held);
  if (place) return toLocation(place);
  const begun = own.flatMap((one) => sources.find(one) ?? []);
  return (
    (pattern && first(begun.map(({ text, line }) => search(text, pattern, line, line + FUNCTION_LINES)))) ??
    puttingLine(evidence, own, begun, sources) ??
    callingLine(evidence, begun) ??
    toLocation(found(functionIn(evidence), sources)) ??
    constructingLine(evidence, own, begun, sources) ??
    toLocation(begun[0]) ??
    toLocation(first([evidence.place, ...evidence.steps.map((step) => step.place)].map((one) => found(one, sources))))
  );
}

/** The function that leaks, or that a timer or a listener calls. */
function heldFunction(evidence: Evidence): RunPlace | undefined {
  const { type, place, className } = evidence;
  if (type === "closure") return isRunPlace(place) ? place : undefined;
  return ["Timeout", "Immediate", "Listener"].includes(className) ? functionIn(evidence) : undefined;
}

/** A function of the developer's that stands in what leaks. */
function functionIn({ opened, growth }: Evidence): RunPlace | undefined {
  const { firstEdge, edgeTargets, nodeTypes, layout } = opened.heap.tables;
  for (let edge = firstEdge[growth.example]!; edge < firstEdge[growth.example + 1]!; edge++) {
    const target = edgeTargets[edge]!;
    if (layout.nodeTypes[nodeTypes[target]!] !== "closure") continue;
    const at = opened.places().ofNode(target);
    if (isRunPlace(at)) return at;
  }
  return undefined;
}

const isRunPlace = (place: HeapPlace | undefined): place is RunPlace => place?.file !== undefined && isOwn(place.file);

const found = (place: HeapPlace | undefined, sources: Sources) => (isRunPlace(place) ? sources.find(place) : undefined);

function puttingLine(
  evidence: Evidence,
  functions: readonly HoldingFunction[],
  begun: readonly SourcePlace[],
  sources: Sources,
): LeakLocation | undefined {
  const files = new Set([
    ...functions.map(({ file }) => file),
    ...[evidence.place, ...evidence.steps.map((step) => step.place)].filter(isRunPlace).map(({ file }) => file),
  ]);
  const texts = [...files].flatMap((file) => sources.textsOf(file)).filter(({ file }) => isOwn(file));
  const name = namePattern(evidence.variable, texts);
  if (name === undefined) return undefined;
  const patterns = [new RegExp(`${name}\\s*${PUTS}`, "u"), new RegExp(`${name}${ASSIGNS}`, "u")];
  // In the functions that allocate, first; then anywhere in their files, and in those of the holders.
  for (const pattern of patterns)
    for (const { text, line } of begun) {
      const at = search(text, pattern, line, line + FUNCTION_LINES);
      if (at) return at;
    }
  for (const pattern of patterns)
    for (const text of texts) {
      const at = search(text, pattern, 0, text.lines.length);
      if (at) return at;
    }
  return undefined;
}

/** Where the developer's functions call into the package that holds: by what it exports, or by what they made of it. */
function callingLine({ steps }: Evidence, begun: readonly SourcePlace[]): LeakLocation | undefined {
  if (!steps.some(({ place }) => place?.file !== undefined && /[\\/]node_modules[\\/]/.test(place.file)))
    return undefined;
  const names = steps.flatMap(({ edge }) => (/variable|property/.test(edge.kind) ? (toPattern(edge.name) ?? []) : []));
  return first(
    names.flatMap((name) =>
      begun.map(({ text, line }) =>
        search(text, new RegExp(`${name}\\s*(?:\\.\\s*\\w+\\s*)?\\(`, "u"), line, line + FUNCTION_LINES),
      ),
    ),
  );
}

/** How what holds stands in its sources; a symbol by the variable that it was made for, in brackets. */
function namePattern(variable: string | undefined, texts: readonly SourceText[]): string | undefined {
  const description = variable?.match(/^Symbol\((.*)\)$/)?.[1];
  if (variable !== undefined && description === undefined) return toPattern(variable);
  const made = new RegExp(
    `([\\p{L}_$][\\p{L}\\p{N}_$]*)\\s*=\\s*Symbol(?:\\.for)?\\(\\s*["'\`]${description}["'\`]`,
    "u",
  );
  const symbol = first(texts.flatMap(({ lines }) => lines.map((code) => made.exec(code)?.[1])));
  return symbol === undefined ? undefined : `\\[\\s*${toPattern(symbol)}\\s*\\]`;
}

function toPattern(name: string): string | undefined {
  if (!/^#?[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name)) return undefined;
  return `(?<![\\p{L}\\p{N}_$])${name.replace(/\$/g, "\\$")}(?![\\p{L}\\p{N}_$])`;
}

function constructingLine(
  { className, type, place }: Evidence,
  functions: readonly HoldingFunction[],
  begun: readonly SourcePlace[],
  sources: Sources,
): LeakLocation | undefined {
  if (type !== "object" || !/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(className)) return undefined;
  const pattern = new RegExp(`new\\s+(?:\\w+\\.)*${className.replace(/\$/g, "\\$")}\\b`, "u");
  const inFunction = first(begun.map(({ text, line }) => search(text, pattern, line, line + FUNCTION_LINES)));
  if (inFunction) return inFunction;
  const files = new Set([...functions.map(({ file }) => file), ...(isRunPlace(place) ? [place.file] : [])]);
  for (const file of files)
    for (const text of sources.textsOf(file)) {
      const at = search(text, pattern, 0, text.lines.length);
      if (at) return at;
    }
  return undefined;
}

function search({ file, lines }: SourceText, pattern: RegExp, from: number, to: number): LeakLocation | undefined {
  for (let line = from; line < Math.min(to, lines.length); line++) {
    const code = lines[line]!;
    const at = code.search(pattern);
    // A declaration puts nothing in that stays: `const sessions = new Map()`.
    if (at === -1 || isComment(code, at) || /\b(?:const|let|var|static|private|readonly)\s+#?$/.test(code.slice(0, at)))
      continue;
    return { file, line: line + 1, column: at + 1 };
  }
  return undefined;
}

const isComment = (code: string, at: number) => /^\s*(\/\/|\*|\/\*)/.test(code) || code.slice(0, at).includes("//");

const first = <T>(all: readonly (T | undefined)[]): T | undefined => all.find((one) => one !== undefined);

export function toLocation(place: SourcePlace | undefined): LeakLocation | undefined {
  return place && { file: place.text.file, line: place.line + 1, column: place.column + 1 };
}
