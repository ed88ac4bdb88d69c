import type { SourceText } from "../explain/sources.ts";

/** A function of Python's, by its lines from 0; `to` is behind the last. */
export interface PythonFunction {
  name: string;
  from: number;
  to: number;
}

const DEF = /^(\s*)(?:async\s+)?def\s+([\p{L}_][\p{L}\p{N}_]*)/u;

/** The innermost function in which a line stands, of a `def` the one around it; undefined at the top of a module. */
export function functionAround({ lines }: SourceText, line: number): PythonFunction | undefined {
  let inner = indentOf(lines[line]);
  for (let from = line; from >= 0; from--) {
    const [, indent, name] = lines[from]?.match(DEF) ?? [];
    if (indent !== undefined && name !== undefined && indent.length < inner)
      return { name, from, to: endOf(lines, from, indent.length) };
    if (isCode(lines[from]) && !isClosing(lines[from])) inner = Math.min(inner, indentOf(lines[from]));
  }
  return undefined;
}

/** The line behind a block: code that stands no deeper than what opened it. A signature may go over lines. */
function endOf(lines: readonly string[], from: number, indent: number): number {
  let at = from + 1;
  while (at < lines.length && (!isCode(lines[at]) || indentOf(lines[at]) > indent || isClosing(lines[at]))) at++;
  return at;
}

const indentOf = (line = "") => line.length - line.trimStart().length;
const isCode = (line = "") => /^\s*[^\s#]/.test(line);
/** The end of a signature that goes over lines stands as deep as its beginning. */
const isClosing = (line = "") => /^\s*\)/.test(line);
