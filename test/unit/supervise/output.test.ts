import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { followOutput, trimOutput } from "../../../src/supervise/output.ts";
import { until } from "../../support/until.ts";
import { definition, output, Runs } from "./support.ts";

describe("following an output", () => {
  let folder: string;
  let file: string;
  let text: string;
  let pieces: { data: string; end: number }[];
  let stop: () => void;
  const follow = (offset = 0) => {
    text = "";
    pieces = [];
    stop = followOutput(file, offset, (data, at) => {
      text += data;
      pieces.push({ data, end: at });
    });
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "av-output-"));
    file = join(folder, "output.log");
  });
  afterEach(() => {
    stop?.();
    rmSync(folder, { recursive: true });
  });

  it("waits for the file, then gives what is appended, with its place", async () => {
    follow();
    writeFileSync(file, "one\n");
    await until("the first line", () => text === "one\n");
    appendFileSync(file, "two\n");
    await until("the second line", () => text === "one\ntwo\n");
    assert.deepEqual(pieces.at(-1), { data: "two\n", end: 8 });
  });

  it("never splits a character, wherever the writer or a piece's end does", async () => {
    const whole = `a${"😀é".repeat(40_000)}`;
    const bytes = Buffer.from(whole);
    writeFileSync(file, bytes.subarray(0, bytes.length - 3));
    follow();
    await until("all but the last character", () => text.length === whole.length - 3);
    appendFileSync(file, bytes.subarray(bytes.length - 3));
    await until("the last character", () => text.length === whole.length);
    assert.ok(text === whole);
    assert.ok(pieces.every(({ data }) => Buffer.byteLength(data) <= 64 * 1024));
    for (const { data, end } of pieces) {
      assert.equal(bytes.subarray(end - Buffer.byteLength(data), end).toString(), data);
    }
  });

  it("gives bytes that are no UTF-8 as replacement characters and goes on", async () => {
    writeFileSync(file, Buffer.from([0x61, 0xff, 0xfe, 0x80, 0x80, 0x80, 0x80, 0x62, 0x0a]));
    follow();
    await until("the end of the line", () => text.endsWith("b\n"));
    assert.match(text, /^a�+b\n$/);
  });

  it("begins where it is told, and at most 1 MiB before the end, at a line's beginning", async () => {
    writeFileSync(file, "0123456789");
    follow(7);
    await until("the rest", () => text === "789");
    stop();
    writeFileSync(file, `${"x".repeat(99)}\n`.repeat(30_000));
    follow();
    await until("the end", () => pieces.length > 0 && text.length % 100 === 0 && text.length > 1_000_000);
    assert.ok(text.length <= 1024 * 1024);
    assert.equal(text.slice(0, 100), `${"x".repeat(99)}\n`);
  });

  it("reads a file that was cut anew", async () => {
    writeFileSync(file, "long ago\n");
    follow();
    await until("the first line", () => text === "long ago\n");
    writeFileSync(file, "now\n");
    await until("the new line", () => text === "long ago\nnow\n");
  });

  it("waits for a slow reader", async () => {
    writeFileSync(file, "y".repeat(300_000));
    let running = 0;
    let most = 0;
    let length = 0;
    stop = followOutput(file, 0, async (data) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 10));
      running--;
      length += data.length;
    });
    await until("all of it", () => length === 300_000);
    assert.equal(most, 1);
  });

  it("stops", async () => {
    writeFileSync(file, "one\n");
    follow();
    await until("the first line", () => text === "one\n");
    stop();
    appendFileSync(file, "two\n");
    let second = "";
    const other = followOutput(file, 0, (data) => {
      second += data;
    });
    await until("another follower", () => second === "one\ntwo\n");
    other();
    assert.equal(text, "one\n");
  });
});

describe("an output that grows too long", () => {
  it("is cut while the agent writes on: the last part is kept beside it, in order, with nothing lost", async () => {
    const runs = new Runs();
    try {
      const count = `let n = 0; const timer = setInterval(() => { for (let i = 0; i < 100; i++) console.log(String(n++)); if (n >= 5000) clearInterval(timer) }, 5);`;
      const run = await runs.launch(definition(process.execPath, ["-e", count]));
      await until("some output", () => output(run).length > 5000);
      trimOutput(run.outputFile, 4000, 2000);
      await run.exited;
      const kept = readFileSync(join(run.folder, "output.1.log"), "utf8");
      const numbers = (kept.slice(kept.indexOf("\n") + 1) + output(run)).trim().split("\n").map(Number);
      assert.equal(numbers.at(-1), 4999);
      assert.deepEqual(
        numbers,
        numbers.map((_, i) => (numbers[0] ?? 0) + i),
      );
      assert.ok(statSync(join(run.folder, "output.1.log")).size >= 2000);
    } finally {
      await runs.end();
    }
  });
});
