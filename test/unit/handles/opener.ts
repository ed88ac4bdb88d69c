/** The fixture agents that open files and sockets, and where in them they do. */
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Program, Stage } from "../inspector/support.ts";

const FIXTURES = join(import.meta.dirname, "..", "..", "fixtures", "handles");

export type OpenerKind = "mjs" | "cjs";

export class Opener {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "av-open-")));
  readonly file: string;
  readonly program: Program;

  constructor(
    stage: Stage,
    kind: OpenerKind,
    { node = process.execPath, file = join(FIXTURES, `opener.${kind}`) } = {},
  ) {
    this.file = file;
    writeFileSync(join(this.folder, "read.txt"), "read".repeat(100_000));
    this.program = stage.run(node, [file, this.folder]);
  }

  ready(): Promise<string> {
    return this.program.prints(/ready \d+/);
  }

  /** Tells it to do something, and waits until it has. */
  async does(order: string): Promise<void> {
    await this.program.ask(order, new RegExp(`did ${order}`));
  }

  async isAsBefore(): Promise<boolean> {
    return (await this.program.ask("same", /same \w+/)) === "same true";
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The line of a fixture that has this comment, from 1. */
export function lineOf(kind: OpenerKind, name: string): number {
  const lines = readFileSync(join(FIXTURES, `opener.${kind}`), "utf8").split("\n");
  return lines.findIndex((line) => line.endsWith(`// ${name}`)) + 1;
}

export const fixture = (kind: OpenerKind) => join(FIXTURES, `opener.${kind}`);
