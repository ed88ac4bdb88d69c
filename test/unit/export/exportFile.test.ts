import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { csvLine } from "../../../src/record/export/csv.ts";
import { exportFile } from "../../../src/record/export/exportFile.ts";
import type { RecordRows } from "../../../src/record/export/rows.ts";
import { MemoryStore } from "../../../src/record/store/memoryStore.ts";

const NOW = 1_795_000_000;
const range = { from: NOW - 100, to: NOW + 1 };

describe("a file of what was recorded", () => {
  let folder: string;
  let store: MemoryStore;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "av-export-"));
    store = new MemoryStore({ now: () => NOW });
    const series = { metric: "system.disk.io", attributes: { "system.device": "sda" } };
    store.readings([{ series, time: NOW - 2, value: 5 }]);
    store.response("=voice", { queryType: "talker", start: NOW - 3, duration: 2, outcome: "ok", model: 'a "b", c' });
    store.run({ id: "r1", agent: "=voice", number: 1, pid: 7, start: NOW - 50 });
    store.event({ time: NOW - 50, kind: "start", label: "Run 1", agent: "=voice" });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** The store, but for what is given. */
  const sourceWith = (other: Partial<RecordRows>): RecordRows => ({
    name: store.name,
    list: (query) => store.list(query),
    series: (query) => store.series(query),
    latency: (query) => store.latency(query),
    percentiles: (query, quantiles) => store.percentiles(query, quantiles),
    runs: (query) => store.runs(query),
    events: (query) => store.events(query),
    samples: (query) => store.samples(query),
    responses: (query) => store.responses(query),
    ...other,
  });

  it("is one JSON document, its owner's alone", async () => {
    const file = join(folder, "a.json");
    const { rows, bytes } = await exportFile(store, { file, format: "json", ...range });
    const document = JSON.parse(readFileSync(file, "utf8"));
    assert.deepEqual([rows, bytes, statSync(file).mode & 0o777], [5, statSync(file).size, 0o600]);
    assert.deepEqual([document.from, document.to], [range.from, range.to]);
    assert.deepEqual(document.series[0].attributes, { "system.device": "sda" });
    assert.deepEqual([document.series[0].unit, document.series[0].mean], ["By/s", 5]);
    assert.equal(document.responses[0].model, 'a "b", c');
    assert.equal(document.latency[0].count, 1);
    assert.deepEqual([document.runs[0].id, document.events[0].label], ["r1", "Run 1"]);
  });

  it("is a table a kind as CSV, in which no cell is a formula", async () => {
    await exportFile(store, { file: join(folder, "a.csv"), format: "csv", ...range });
    const names = ["a-events.csv", "a-latency.csv", "a-responses.csv", "a-runs.csv", "a-series.csv"];
    assert.deepEqual(readdirSync(folder).sort(), names);
    const [head, row, end] = readFileSync(join(folder, "a-responses.csv"), "utf8").split("\r\n");
    assert.match(head ?? "", /^time,agent,queryType,duration,outcome,/);
    assert.equal(row, `${NOW - 1},'=voice,talker,2,ok,,,"a ""b"", c",,,,,`);
    assert.equal(end, "");
    await exportFile(store, { file: join(folder, "one.csv"), format: "csv", kinds: ["runs"], ...range });
    assert.match(readFileSync(join(folder, "one.csv"), "utf8"), /\r\nr1,'=voice,1,7,/);
  });

  it("says what can't be written, and leaves nothing behind", async () => {
    const to = (file: string) => exportFile(store, { file, format: "json", ...range });
    await assert.rejects(to(join(folder, "no", "a.json")), /no\/a\.json can't be written \(ENOENT\): choose a folder/);
    await assert.rejects(to("a.json"), /give its whole path/);
    const failing = sourceWith({ events: () => Promise.reject(new Error("the engine is down")) });
    await assert.rejects(exportFile(failing, { file: join(folder, "b.json"), format: "json", ...range }), /is down/);
    assert.deepEqual(readdirSync(folder), []);
    mkdirSync(join(folder, "there.json"));
    await assert.rejects(to(join(folder, "there.json")), /it is a folder\. Name a file in it/);
  });

  it("is written in all its parts or in none, and what was there stays until then", async () => {
    const params = { file: join(folder, "a.csv"), format: "csv" as const, ...range };
    await exportFile(store, params);
    const before = readFileSync(join(folder, "a-series.csv"), "utf8");
    store.readings([{ series: { metric: "system.cpu.utilization" }, time: NOW - 1, value: 1 }]);
    const failing = sourceWith({ runs: () => Promise.reject(new Error("the engine is down")) });
    await assert.rejects(exportFile(failing, params), /is down/);
    assert.equal(readdirSync(folder).length, 5);
    assert.equal(readFileSync(join(folder, "a-series.csv"), "utf8"), before);
  });

  it("of a million rows is never held whole, and can be called off", async () => {
    const endless = sourceWith({
      *samples() {
        const series = { metric: "process.memory.usage", agent: "voice" };
        for (let i = 0; i < 1_000_000; i++)
          yield { series, unit: "By", time: NOW + i, resolution: 1, min: i, mean: i, max: i, n: 1 };
      },
    });
    const params = { file: join(folder, "a.csv"), format: "csv" as const, kinds: ["series" as const], ...range };
    const before = process.memoryUsage().heapUsed;
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().heapUsed - before);
    }, 5);
    const { rows } = await exportFile(endless, params);
    clearInterval(watch);
    assert.equal(rows, 1_000_000);
    assert.ok(most < 128 * 2 ** 20, `${most} bytes more`);
    const off = exportFile(endless, { ...params, file: join(folder, "b.csv") }, AbortSignal.timeout(20));
    await assert.rejects(off, /abort|timeout/i);
    assert.deepEqual(readdirSync(folder), ["a.csv"]);
  }).timeout(60_000);
});

describe("a line of CSV", () => {
  it("is as RFC 4180 has it, and texts that a spreadsheet would run are no formulas", () => {
    assert.equal(csvLine(["a,b", 'c"d', "e\nf", undefined, -1, true]), '"a,b","c""d","e\nf",,-1,true\r\n');
    assert.equal(csvLine(["=1+1", "+x", "-x", "@x"]), "'=1+1,'+x,'-x,'@x\r\n");
  });
});
