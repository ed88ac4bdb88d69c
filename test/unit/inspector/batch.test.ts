import assert from "node:assert/strict";
import { readBatch } from "../../../src/inputs/inspector/batch.ts";

const call = {
  id: "1",
  api: "openai.chat",
  host: "h:1",
  transport: "fetch",
  start: 1.7e9,
  duration: 0.5,
  outcome: "ok",
};
const runtime = {
  time: 1.7e9,
  eventLoopDelay: { mean: 0.01, p50: 0.01, p99: 0.02, max: 0.03 },
  eventLoopUtilization: 0.4,
  gc: { count: 1, duration: 0.01, max: 0.01, kinds: {} },
  memory: { rss: 1, heapTotal: 1, heapUsed: 1, heapLimit: 1, external: 1, arrayBuffers: 1, heapSpaces: [] },
  activeResources: { Timeout: 2 },
  uncaughtExceptions: 0,
  unhandledRejections: 0,
  warnings: {},
};
const read = (batch: unknown) => readBatch(JSON.stringify(batch), 3);

describe("what calls the probe's function", () => {
  it("is taken when it is the probe", () => {
    const batch = read({ calls: [{ ...call, timeToFirstToken: 0.1, model: "m" }], runtime, dropped: 2 });
    assert.equal(batch?.thread, 3);
    assert.equal(batch?.calls.length, 1);
    assert.equal(batch?.dropped, 2);
    assert.ok(batch?.runtime);
  });

  it("may tell wrong calls: each costs itself, and is counted", () => {
    const wrong = [
      { duration: -1 },
      { duration: null },
      { duration: 1e9 },
      { start: 1.7e12 },
      { start: "now" },
      { outcome: "fine" },
      { api: "__proto__" },
      { id: 1 },
      { host: "x".repeat(300) },
      { model: { toString: 1 } },
      { timeToFirstToken: -0.1 },
      { inputTokens: 0.5 },
      { ollama: { total: "long" } },
    ].map((part) => ({ ...call, ...part }));
    const batch = read({ calls: [...wrong, null, 7, call], dropped: 0 });
    assert.equal(batch?.calls.length, 1);
    assert.equal(batch?.dropped, wrong.length + 2);
  });

  it("may tell wrong figures of the runtime: they are left out, its calls are not", () => {
    const wrong = [
      { time: -1 },
      { eventLoopDelay: null },
      { memory: { ...runtime.memory, heapUsed: "much" } },
      { warnings: { Many: -1 } },
      { activeResources: Object.fromEntries(Array.from({ length: 200 }, (_, i) => [i, 1])) },
    ];
    for (const part of wrong) {
      const batch = read({ calls: [call], runtime: { ...runtime, ...part }, dropped: 0 });
      assert.deepEqual([batch?.calls.length, batch?.runtime], [1, undefined]);
    }
  });

  it("may be anything else: that is no batch", () => {
    for (const payload of ["", "{", "null", "[]", '{"calls":{}}', '{"calls":[],"dropped":-1}', " ".repeat(5e6)])
      assert.equal(readBatch(payload, 0), undefined);
  });
});
