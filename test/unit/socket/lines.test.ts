import assert from "node:assert/strict";
import { LineSplitter } from "../../../src/inputs/socket/lines.ts";
import { MAX_LINE_BYTES } from "../../../src/model/wire.ts";

function split(chunks: Iterable<Buffer>): { lines: string[]; tooLong: number; open: number } {
  const lines: string[] = [];
  let tooLong = 0;
  const splitter = new LineSplitter(
    (line) => lines.push(line),
    () => tooLong++,
  );
  for (const chunk of chunks) splitter.push(chunk);
  return { lines, tooLong, open: splitter.open };
}

function* pieces(bytes: Buffer, size: (at: number) => number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const next = at + size(at);
    yield bytes.subarray(at, next);
    at = next;
  }
}

describe("Lines of a byte stream", () => {
  it("are the same however the stream is cut, inside characters too", () => {
    const lines = ['{"a":1}', "Grüße, 世界 🎙️", "x".repeat(5000), '{"b":"ß"}'];
    const bytes = Buffer.from(`${lines.join("\n")}\n`);
    for (const size of [1, 2, 3, 7, 4096, bytes.length]) {
      assert.deepEqual(split(pieces(bytes, () => size)).lines, lines, `cut every ${size} bytes`);
    }
    assert.deepEqual(split(pieces(bytes, (at) => 1 + ((at * 7919) % 13))).lines, lines);
  });

  it("that are empty are nothing", () => {
    assert.deepEqual(split([Buffer.from("\n\na\n\n"), Buffer.from("\nb\n")]).lines, ["a", "b"]);
  });

  it("may be as long as the limit and not a byte longer", () => {
    const exact = "x".repeat(MAX_LINE_BYTES);
    for (const size of [1000, MAX_LINE_BYTES * 2]) {
      const { lines, tooLong } = split(pieces(Buffer.from(`${exact}\n${exact}y\nz\n`), () => size));
      assert.deepEqual([lines, tooLong], [[exact, "z"], 1], `cut every ${size} bytes`);
    }
  });

  it("that never end are dropped without being kept, and the next one is good", () => {
    const part = Buffer.alloc(64 * 1024, "x");
    const endless = [...Array<Buffer>(100).fill(part), Buffer.from("tail\ngood\nop")];
    assert.deepEqual(split(endless), { lines: ["good"], tooLong: 1, open: 2 });
  });
});
