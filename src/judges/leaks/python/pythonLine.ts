import type { LeakLocation } from "../../../model/leaks.ts";
import type { GrowingHolder } from "../../../model/wire.ts";
import type { SourcePlace, Sources, SourceText } from "../explain/sources.ts";
import type { PythonEvidence } from "./evidence.ts";
import { functionAround } from "./functions.ts";

/** How a collection is made to hold one more, behind its name. */
const PUTS =
  "(?:\\s*\\[[^\\]]*\\])*\\s*\\.\\s*(?:append|appendleft|add|extend|extendleft|insert|setdefault|update|push|put|put_nowait|register|subscribe|connect|on|add_\\w+|wait|acquire)\\s*\\(";
const ASSIGNS = "\\s*\\[.*\\]\\s*(?:[-+|]|\\*\\*?|//?)?=(?!=)";
const REPLACES = "\\s*(?::[^=]+)?[+|]?=(?!=)";

/**
 * The line that makes something hold more and more: of the lines by which its members came, innermost first, the one
 * that puts them into the variable, then one of the same functions that does; else the line that allocates. A cache of
 * functools stands at its function.
 */
export function findPythonLine(evidence: PythonEvidence, sources: Sources): LeakLocation | undefined {
  const { holder, variable } = evidence;
  const definition = holder.definition && sources.find({ ...at(holder.definition) });
  if (holder.way[0]?.name === "cache" && definition) return toLocation(definition);
  const allocated = ownPlaces(holder, sources);
  return (
    (variable === undefined ? undefined : puttingLine(variable, holder, allocated, sources)) ??
    toLocation(allocated[0]) ??
    toLocation(definition)
  );
}

/** The developer's lines by which most members came, innermost first. */
export function ownPlaces({ frames }: Pick<GrowingHolder, "frames">, sources: Sources): SourcePlace[] {
  return frames.filter(({ own }) => own).flatMap((frame) => sources.find(at(frame)) ?? []);
}

const at = ({ file, line }: { file: string; line: number }) => ({ file, line: line - 1, column: 0 });

function puttingLine(
  variable: string,
  { container, file }: GrowingHolder,
  allocated: readonly SourcePlace[],
  sources: Sources,
): LeakLocation | undefined {
  const name = `(?<![\\p{L}\\p{N}_])${variable}`;
  const ways = container === "" ? [REPLACES, ASSIGNS] : [PUTS, ASSIGNS, "\\s*[+|]="];
  const pattern = new RegExp(
    [...ways.map((way) => `${name}${way}`), `(?:heappush|insort)\\w*\\(\\s*(?:\\w+\\.)*${variable}\\s*,`].join("|"),
    "u",
  );
  for (const { text, line } of allocated) {
    const there = search(text, pattern, line, line + 1);
    if (there) return there;
  }
  for (const { text, line } of allocated) {
    const around = functionAround(text, line);
    const there = around && search(text, pattern, around.from, around.to);
    if (there) return there;
  }
  for (const { text, line } of allocated) {
    const there = aliasLine(variable, text, line);
    if (there) return there;
  }
  const texts = new Set([...allocated.map(({ text }) => text), ...(file === undefined ? [] : sources.textsOf(file))]);
  for (const text of texts) {
    const there = search(text, pattern, 0, text.lines.length, true);
    if (there) return there;
  }
  return undefined;
}

/** In the function of a line: one that puts something into a local variable that stands for a part of the holder. */
function aliasLine(variable: string, text: SourceText, line: number): LeakLocation | undefined {
  const around = functionAround(text, line);
  if (!around) return undefined;
  const holds = `(?<![\\p{L}\\p{N}_])${variable}(?![\\p{L}\\p{N}_])`;
  const taken = new RegExp(
    `^\\s*(?:async\\s+)?(?:(?:for\\s+(?:[^:]*,\\s*)?([\\p{L}_][\\p{L}\\p{N}_]*)\\s+in\\s)|(?:([\\p{L}_][\\p{L}\\p{N}_]*)\\s*(?::[^=]+)?=(?!=))).*${holds}`,
    "u",
  );
  for (let at = around.from; at < around.to; at++) {
    const [, each, assigned] = text.lines[at]?.match(taken) ?? [];
    const alias = each ?? assigned;
    if (alias === undefined) continue;
    const name = `(?<![\\p{L}\\p{N}_.])${alias}`;
    const puts = new RegExp(`${name}${PUTS}|${name}${ASSIGNS}|${name}\\s*[+|]=`, "u");
    const there = search(text, puts, at + 1, around.to);
    if (there) return there;
  }
  return undefined;
}

/** @param inner in functions alone: what a module does once makes nothing grow */
function search(text: SourceText, pattern: RegExp, from: number, to: number, inner = false): LeakLocation | undefined {
  for (let line = from; line < Math.min(to, text.lines.length); line++) {
    const code = text.lines[line] ?? "";
    const column = code.search(pattern);
    if (column === -1 || code.slice(0, column).includes("#")) continue;
    if (inner && !functionAround(text, line)) continue;
    return toLocation({ text, line, column });
  }
  return undefined;
}

/** From the first letter of the line on. */
function toLocation(place: SourcePlace | undefined): LeakLocation | undefined {
  if (!place) return undefined;
  const { text, line } = place;
  const code = text.lines[line] ?? "";
  return { file: text.file, line: line + 1, column: code.length - code.trimStart().length + 1 };
}
