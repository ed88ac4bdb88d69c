import {
  findNodeAtLocation,
  getNodeValue,
  type JSONPath,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import type { ConfigProblem, TextPlace } from "../model/state.ts";

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
export class JsonDocument {
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

  /** What stands at a path; undefined where nothing does. */
  value(path: JSONPath): unknown {
    const node = this.node(path);
    return node && getNodeValue(node);
  }

  placeOf({ offset, length }: Node): TextPlace {
    return this.#place(offset, length);
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
    this.problems.push({ file: this.file, ...this.#place(offset, length), message, severity });
  }

  #place(offset: number, length: number): TextPlace {
    const start = this.#position(offset);
    const end = this.#position(offset + length);
    return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
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
