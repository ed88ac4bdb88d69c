import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import {
  findNodeAtLocation,
  type JSONPath,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import type { ConfigProblem } from "../../model/state.ts";

/** Bigger files are no config: something else was written there. */
const LARGEST = 1024 * 1024;

/**
 * The text of a file in UTF-8, without its byte order mark; undefined when there is no such file.
 * @throws with what is wrong with it, for people
 */
export function readText(file: string): string | undefined {
  let descriptor: number;
  try {
    // A FIFO in its place must not hold us up.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new Error(`The file can't be read (${code ?? message}). Check its permissions.`);
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new Error("This is no file. Remove it, and write a file in its place.");
    if (stat.size > LARGEST) throw new Error(`The file has ${stat.size} bytes; at most ${LARGEST} are read.`);
    const bytes = readFileSync(descriptor);
    if (bytes.includes(0)) throw new Error("The file holds binary data. Write it as UTF-8 text.");
    return decode(bytes);
  } finally {
    closeSync(descriptor);
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error("The file is not in UTF-8. Save it in that encoding.");
  }
}

/** Beyond these a file is no config with mistakes in it. */
const MOST_SYNTAX_ERRORS = 100;

const syntaxMessages: Record<string, string> = {
  InvalidSymbol: "This is no JSON value: texts stand in double quotes.",
  InvalidNumberFormat: "This is no number.",
  PropertyNameExpected: "A property's name in double quotes is missing here.",
  ValueExpected: "A value is missing here.",
  ColonExpected: "A colon is missing here.",
  CommaExpected: "A comma is missing here.",
  CloseBraceExpected: "A closing brace } is missing here.",
  CloseBracketExpected: "A closing bracket ] is missing here.",
  EndOfFileExpected: "The file should end here.",
  UnexpectedEndOfComment: "This comment has no end: */ is missing.",
  UnexpectedEndOfString: "This text has no end: a double quote is missing.",
};

/** A JSONC file with the places of everything in it. */
export class ConfigDocument {
  readonly file: string;
  readonly problems: ConfigProblem[] = [];
  readonly root: Node | undefined;
  #lineStarts: number[];
  #syntaxErrors: ParseError[] = [];

  constructor(file: string, text: string) {
    this.file = file;
    this.#lineStarts = [0, ...[...text.matchAll(/\r\n|\r|\n/g)].map((end) => end.index + end[0].length)];
    this.root = parseTree(text, this.#syntaxErrors, { allowTrailingComma: true, allowEmptyContent: true });
    for (const { error, offset, length } of this.#syntaxErrors.slice(0, MOST_SYNTAX_ERRORS)) {
      const code = printParseErrorCode(error);
      this.#add(offset, length, syntaxMessages[code] ?? `The JSON is broken here (${code}).`, "error");
    }
  }

  node(path: JSONPath): Node | undefined {
    return this.root && findNodeAtLocation(this.root, path);
  }

  /** True when the text of this part is broken, so that what was read of it may not be what was meant. */
  isBroken({ offset: start, length }: Node): boolean {
    return this.#syntaxErrors.some(({ offset }) => offset >= start && offset <= start + length);
  }

  /** Notes what is wrong with the value at a path, or with its name; where there is none, with what should hold it. */
  report(
    path: JSONPath,
    message: string,
    severity: "error" | "warning" = "error",
    at: "value" | "name" = "value",
  ): void {
    let node = this.node(path);
    for (let end = path.length - 1; !node && end >= 0; end--) node = this.node(path.slice(0, end));
    if (at === "name" && node?.parent?.type === "property") node = node.parent.children?.[0];
    // Of an object that lacks something, mark its opening brace and not all its lines.
    const length = node?.type === "object" || node?.type === "array" ? 1 : (node?.length ?? 0);
    this.#add(node?.offset ?? 0, length, message, severity);
  }

  #add(offset: number, length: number, message: string, severity: "error" | "warning"): void {
    const start = this.#position(offset);
    const end = this.#position(offset + length);
    this.problems.push({
      file: this.file,
      line: start.line,
      column: start.column,
      endLine: end.line,
      endColumn: end.column,
      message,
      severity,
    });
  }

  #position(offset: number): { line: number; column: number } {
    const after = this.#lineStarts.findIndex((start) => start > offset);
    const line = (after < 0 ? this.#lineStarts.length : after) - 1;
    return { line, column: offset - (this.#lineStarts[line] ?? 0) };
  }
}

/** `agents[0].thresholds.talker`. */
export function pathText(path: JSONPath): string {
  return path
    .map((step) =>
      typeof step === "number" ? `[${step}]` : /^[\w$-]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`,
    )
    .join("")
    .replace(/^\./, "");
}
