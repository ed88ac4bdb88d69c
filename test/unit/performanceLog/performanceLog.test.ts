import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Value } from "typebox/value";
import type { RecordedResponse } from "../../../src/model/series.ts";
import { type LogLevel, type PerformanceLog, performanceLog } from "../../../src/record/log/performanceLog.ts";
import { logRecords } from "../../../src/record/log/records.ts";

const NOW = 1_795_000_000;
const response = (more: Partial<RecordedResponse> = {}): RecordedResponse => ({
  queryType: "talker",
  start: NOW - 1,
  duration: 0.5,
  outcome: "ok",
  ...more,
});
const run = { id: "r1", agent: "voice", number: 3, pid: 77, start: NOW - 60 };

describe("the performance log", () => {
  let folder: string;
  let file: string;
  let time: number;
  let said: string[];
  const open: PerformanceLog[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "av-log-"));
    file = join(folder, "performance.jsonl");
    time = NOW;
    said = [];
  });
  afterEach(() => {
    for (const log of open.splice(0)) log.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function begin(level: LogLevel, more: { maxSize?: number; maxFiles?: number; path?: string } = {}): PerformanceLog {
    const { maxSize = 1e6, maxFiles = 3, path = file } = more;
    const log = performanceLog({
      file: path,
      level,
      maxSize,
      maxFiles,
      host: "desk",
      workspace: "/w",
      now: () => time,
      log: (severity, message) => said.push(`${severity}: ${message}`),
    });
    open.push(log);
    return log;
  }
  const linesOf = (path = file) =>
    readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown> & { kind: keyof typeof logRecords });

  it("has a record for each thing that happens, of the documented form, readable by its owner alone", () => {
    const log = begin("info");
    log.run(run);
    log.event({ time: NOW, kind: "crash", label: "Exit code 134", agent: "voice" });
    log.response("voice", response({ timeToFirstToken: 0.1, model: "small", outputTokens: 7 }));
    log.retract("voice", response());
    log.readings([
      { series: { metric: "process.memory.usage", agent: "voice" }, time: NOW, value: 42 },
      { series: { metric: "hw.temperature", attributes: { "hw.id": "cpu" } }, time: NOW, value: 61 },
    ]);
    log.response("voice", response({ duration: 1.5 }));
    time = NOW + 61;
    log.flush();
    const lines = linesOf();
    assert.deepEqual(
      lines.map(({ kind }) => kind),
      ["header", "run", "event", "response", "response", "response", "resources", "resources", "summary"],
    );
    for (const line of lines)
      assert.deepEqual([...Value.Errors(logRecords[line.kind], line)], [], JSON.stringify(line));
    assert.deepEqual(lines[6]?.values, { "process.memory.usage": 42 });
    assert.deepEqual(lines[7]?.values, { "hw.temperature{hw.id=cpu}": 61 });
    const summary = lines[8];
    assert.deepEqual([summary?.count, summary?.mean, summary?.max, summary?.p50], [1, 1.5, 1.5, 1.5]);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it("tells by its level what matters", () => {
    for (const [level, kinds] of [
      ["notice", ["header", "response", "run", "event", "summary"]],
      ["warning", ["header", "response"]],
      ["error", ["header", "response"]],
    ] as const) {
      const path = join(folder, `${level}.jsonl`);
      time = NOW;
      const log = begin(level, { path });
      log.response("voice", response());
      log.response("voice", response({ outcome: "error", errorType: "TimeoutError" }));
      log.readings([{ series: { metric: "m" }, time: NOW, value: 1 }]);
      log.run(run);
      log.event({ time: NOW, kind: "restart", label: "Run 2" });
      time = NOW + 61;
      log.flush();
      assert.deepEqual(
        linesOf(path).map(({ kind }) => kind),
        kinds,
        level,
      );
    }
  });

  it("is put aside when it is full, by whole lines, and the oldest file goes", () => {
    const log = begin("info", { maxSize: 2000, maxFiles: 3 });
    for (let i = 0; i < 100; i++) {
      log.response("voice", response({ outputTokens: i }));
      if (i % 7 === 0) log.flush();
    }
    log.flush();
    assert.deepEqual(readdirSync(folder).sort(), ["performance.jsonl", "performance.jsonl.1", "performance.jsonl.2"]);
    const all = [`${file}.2`, `${file}.1`, file].flatMap((path) => {
      assert.ok(statSync(path).size <= 2000);
      const [head, ...lines] = linesOf(path);
      assert.equal(head?.kind, "header");
      return lines.map(({ outputTokens }) => outputTokens);
    });
    assert.deepEqual(
      all,
      Array.from({ length: all.length }, (_, i) => 100 - all.length + i),
    );
  });

  it("says when it can't be written, goes on when it can, and tells what was lost", () => {
    const path = join(folder, "missing", "performance.jsonl");
    const log = begin("info", { path, maxSize: 1e8 });
    for (let i = 0; i < 25_000; i++) log.response("voice", response());
    log.flush();
    log.flush();
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", /warning: .*missing.*can't be written/);
    assert.deepEqual([log.state().state, log.state().lost], ["failed", 5000]);
    mkdirSync(join(folder, "missing"));
    log.flush();
    assert.deepEqual([log.state().state, said.length], ["ok", 2]);
    const lines = linesOf(path);
    assert.equal(lines.filter(({ kind }) => kind === "response").length, 20_000);
    assert.equal(lines.at(-1)?.lines, 5000);
  });

  it("goes on in the file of an earlier collector, with a header of its own", () => {
    begin("info").close();
    const log = begin("info");
    log.response("voice", response());
    log.close();
    assert.deepEqual(
      linesOf().map(({ kind }) => kind),
      ["header", "header", "response", "summary"],
    );
  });

  it("is documented field by field", () => {
    const text = readFileSync(join(import.meta.dirname, "..", "..", "..", "docs", "PERFORMANCE_LOG.md"), "utf8");
    for (const [kind, schema] of Object.entries(logRecords)) {
      const section = text.split(`\n## ${kind}\n`)[1]?.split("\n## ")[0] ?? assert.fail(`no section ${kind}`);
      for (const field of Object.keys(schema.properties).filter((name) => name !== "kind"))
        assert.ok(section.includes(`\`${field}\``), `${kind}.${field}`);
    }
  });
});
