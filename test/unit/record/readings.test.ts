import assert from "node:assert/strict";
import { unitOf } from "../../../src/model/metrics.ts";
import { seriesKey } from "../../../src/model/series.ts";
import { ReadingRing } from "../../../src/record/readingRing.ts";
import {
  readingsOfGpu,
  readingsOfGpuMemory,
  readingsOfSystem,
  readingsOfTree,
} from "../../../src/record/readingsOf.ts";
import { SeriesBook } from "../../../src/record/seriesBook.ts";
import { Sinks } from "../../../src/record/sinks.ts";

const NOW = 1_795_000_000;
const GPU = { id: "GPU-1", index: 0, name: "RTX 4090", vendor: "nvidia" as const, time: NOW, missing: {} };

const told = (readings: { series: { metric: string; attributes?: object }; value: number }[]) =>
  readings.map(({ series, value }) => [series.metric, ...Object.values(series.attributes ?? {}), value]);

describe("readings", () => {
  it("of a tree are of the machine and of one core, and none of what is not known", () => {
    const sample = { time: NOW, cpu: 1.5, memory: 100, processes: 2, sockets: { listen: 1 }, rows: [] };
    assert.deepEqual(told(readingsOfTree(new SeriesBook("a"), sample, 4)), [
      ["process.cpu.utilization", 0.375],
      ["agent_vitals.process.cpu.cores", 1.5],
      ["process.memory.usage", 100],
      ["agent_vitals.process.count", 2],
      ["agent_vitals.process.sockets", "listen", 1],
    ]);
    const first = readingsOfTree(new SeriesBook("a"), { time: NOW, memory: 100, processes: 1, rows: [] }, undefined);
    assert.deepEqual(told(first), [
      ["process.memory.usage", 100],
      ["agent_vitals.process.count", 1],
    ]);
  });

  it("of the machine tell the whole and each core, disk and interface", () => {
    const sample = {
      time: NOW,
      cpu: 0.5,
      cores: [0.25, 0.75],
      memory: { total: 8, used: 3, available: 5 },
      pressure: { memory: { some: 0.1, full: 0.05 } },
      disks: [{ name: "sda", readRate: 1, writeRate: 2 }],
      networks: [{ name: "eth0", receiveRate: 3, transmitRate: 4 }],
    };
    assert.deepEqual(told(readingsOfSystem(new SeriesBook(), sample)), [
      ["system.cpu.utilization", 0.5],
      ["system.memory.usage", 3],
      ["system.memory.limit", 8],
      ["system.cpu.utilization", "0", 0.25],
      ["system.cpu.utilization", "1", 0.75],
      ["agent_vitals.system.pressure", "memory", 0.1],
      ["system.disk.io", "sda", "read", 1],
      ["system.disk.io", "sda", "write", 2],
      ["system.network.io", "eth0", "receive", 3],
      ["system.network.io", "eth0", "transmit", 4],
    ]);
  });

  it("of a GPU leave out what it does not tell, and know what clocks are held down by", () => {
    const book = new SeriesBook();
    assert.deepEqual(told(readingsOfGpu(book, { ...GPU, memoryUsed: 5, throttle: ["thermal"] })), [
      ["hw.gpu.memory.usage", "GPU-1", "RTX 4090", 5],
      ["agent_vitals.gpu.throttled", "GPU-1", "RTX 4090", 1],
    ]);
    assert.deepEqual(told(readingsOfGpu(book, { ...GPU, throttle: [] })), [
      ["agent_vitals.gpu.throttled", "GPU-1", "RTX 4090", 0],
    ]);
  });

  it("of an agent's GPU memory count its own processes, and none where a GPU hides them", () => {
    const processes = [
      { pid: 1, memory: 10 },
      { pid: 2, memory: 20 },
      { pid: 3, memory: 40 },
    ];
    const readings = readingsOfGpuMemory(new SeriesBook("a"), [{ ...GPU, processes }, GPU], new Set([1, 3]));
    assert.deepEqual(told(readings), [["agent_vitals.process.gpu.memory", "GPU-1", 50]]);
  });
});

describe("a book of series", () => {
  it("makes each series once, whatever the moment", () => {
    const book = new SeriesBook("a");
    const [first] = book.at(NOW).add("process.disk.io", 1, { "disk.io.direction": "read" }).all;
    const [second] = book.at(NOW + 1).add("process.disk.io", 2, { "disk.io.direction": "read" }).all;
    assert.equal(first?.series, second?.series);
    assert.deepEqual(first?.series, {
      metric: "process.disk.io",
      agent: "a",
      attributes: { "disk.io.direction": "read" },
    });
  });

  it("knows the unit of our own metrics, and that of others as they were told", () => {
    assert.equal(unitOf({ metric: "process.memory.usage" }), "By");
    assert.equal(unitOf(new SeriesBook("a").series("queue.length", undefined, "{item}")), "{item}");
    assert.equal(unitOf({ metric: "queue.length" }), "1");
  });

  it("names a series the same in whichever order its attributes come", () => {
    const one = seriesKey({ metric: "m", attributes: { a: "1", b: "2" } });
    assert.equal(one, seriesKey({ metric: "m", attributes: { b: "2", a: "1" } }));
    assert.notEqual(one, seriesKey({ metric: "m", agent: "x", attributes: { a: "1", b: "2" } }));
  });
});

describe("a ring of readings", () => {
  it("gives what came since a number, by series in columns", () => {
    const ring = new ReadingRing();
    const [a, b] = [{ metric: "a" }, { metric: "b" }];
    ring.push([
      { series: a, time: NOW, value: 1 },
      { series: b, time: NOW, value: 2 },
    ]);
    const told = ring.next;
    ring.push([{ series: a, time: NOW + 1, value: 3 }]);
    assert.deepEqual(ring.from(told), [{ series: a, time: [NOW + 1], value: [3] }]);
    assert.deepEqual(ring.from(0), [
      { series: a, time: [NOW, NOW + 1], value: [1, 3] },
      { series: b, time: [NOW], value: [2] },
    ]);
    assert.deepEqual(ring.from(0, NOW + 1), [{ series: a, time: [NOW + 1], value: [3] }]);
  });

  it("is bounded", () => {
    const ring = new ReadingRing();
    for (let i = 0; i < 20_000; i++) ring.push([{ series: { metric: "a" }, time: NOW + i, value: i }]);
    const [points] = ring.from(0);
    assert.ok((points?.time.length ?? 0) <= 2400);
  });
});

describe("sinks", () => {
  it("give everything to each of those that are set at the moment", () => {
    const got: string[] = [];
    const sink = (name: string) => ({
      readings: () => got.push(`${name} readings`),
      response: () => got.push(`${name} response`),
      retract: () => got.push(`${name} retract`),
      summary: () => got.push(`${name} summary`),
      run: () => got.push(`${name} run`),
      event: () => got.push(`${name} event`),
    });
    const sinks = new Sinks();
    sinks.readings([]);
    sinks.set([sink("one"), sink("two")]);
    sinks.readings([]);
    sinks.set([sink("two")]);
    sinks.event({ time: NOW, kind: "start", label: "Run 1" });
    assert.deepEqual(got, ["one readings", "two readings", "two event"]);
  });
});
