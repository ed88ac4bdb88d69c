import assert from "node:assert/strict";
import type { Response } from "../../../src/model/wire.ts";
import { AgentRecord } from "../../../src/record/agentRecord.ts";
import { Ring } from "../../../src/record/ring.ts";
import { nowhere } from "../../../src/record/sinks.ts";

const response = (queryType: string, end: number, extra: Partial<Response> = {}): Response => ({
  type: "response",
  queryType,
  start: end - 0.5,
  duration: 0.5,
  outcome: "ok",
  ...extra,
});

describe("an agent's record", () => {
  it("sends each response once, the newest 50 a tick, numbered so that a gap is seen", () => {
    const record = new AgentRecord("agent", nowhere);
    for (let i = 0; i < 80; i++) record.response(1000, response("talker", 1000), 1);
    const first = record.tick("a", 1000);
    assert.deepEqual([first.responses.length, first.responses[0]?.index, first.responses.at(-1)?.index], [50, 30, 79]);
    assert.deepEqual(record.tick("a", 1000).responses, []);
    record.response(1001, response("thinker", 1001), 1);
    assert.deepEqual(
      record.tick("a", 1001).responses.map((r) => [r.index, r.queryType]),
      [[80, "thinker"]],
    );
    assert.equal(record.series("a", 1001).responses.length, 81);
  });

  it("bounds the query types that an agent may name", () => {
    const record = new AgentRecord("agent", nowhere);
    for (let i = 0; i < 500; i++) record.response(1000, response(`q${i}`, 1000), 1);
    const latency = record.latency(1000, {});
    assert.equal(latency.length, 101);
    assert.equal(
      latency.reduce((sum, q) => sum + q.minute.count, 0),
      500,
    );
  });

  it("keeps the last p95 for the time when it is idle", () => {
    const record = new AgentRecord("agent", nowhere);
    record.response(1000, response("talker", 1000), 1);
    const busy = record.latency(1001, { talker: 2 })[0];
    const idle = record.latency(1100, { talker: 2 })[0];
    assert.equal(idle?.minute.p95, undefined);
    assert.equal(idle?.lastP95, busy?.minute.p95);
    assert.equal(idle?.threshold, 2);
  });

  it("tells no figures that are older than a second, and a new run's session at once", () => {
    const record = new AgentRecord("agent", nowhere);
    const counts = (now: number) => {
      const [q] = record.latency(now, {});
      return [q?.minute.count, q?.fiveMinutes.count, q?.session.count];
    };
    record.response(1000.1, response("talker", 1000.1), 1);
    assert.deepEqual(counts(1000.2), [1, 1, 1]);
    record.response(1000.3, response("talker", 1000.3), 1);
    assert.equal(counts(1000.4)[0], 2);
    assert.deepEqual(counts(1001), [2, 2, 2]);
    assert.deepEqual(counts(1100), [0, 2, 2]);
    assert.deepEqual(counts(1400), [0, 0, 2]);
    record.response(1400.1, response("talker", 1400.1), 1);
    assert.equal(counts(1400.2)[0], 1);
    assert.deepEqual(counts(1401), [1, 1, 3]);
    record.startSession();
    assert.deepEqual(counts(1401), [1, 1, 0]);
  });

  it("lets a quiet query type's distribution fade, and says once that it is empty", () => {
    const record = new AgentRecord("agent", nowhere);
    const bars = (now: number) => record.tick("a", now).distribution.talker?.length;
    record.response(1000, response("talker", 1000), 1);
    assert.equal(bars(1000), 1);
    assert.equal(bars(1001), undefined);
    assert.equal(bars(1005), 1);
    assert.equal(bars(1300), 0);
    assert.equal(bars(1305), undefined);
  });

  it("carries query types that are named as an object's own things", () => {
    const record = new AgentRecord("agent", nowhere);
    const names = ["__proto__", "constructor"];
    for (const name of names) record.response(1000, response(name, 1000), 1);
    for (const series of [record.tick("a", 1000), record.series("a", 1000)]) {
      const { latency, distribution } = JSON.parse(JSON.stringify(series));
      assert.deepEqual([Object.keys(latency), Object.keys(distribution)], [names, names]);
    }
    assert.equal(record.latency(1000, {})[1]?.threshold, undefined);
  });

  it("counts voice by stage and reason", () => {
    const record = new AgentRecord("agent", nowhere);
    record.voice(1000, { type: "voice", time: 1000, success: 9, failure: 0 });
    record.voice(1000, { type: "voice", time: 1000, success: 0, failure: 2, stage: "stt", reason: "silence" });
    assert.deepEqual(record.voiceReliability(), {
      success: 9,
      failure: 2,
      failures: [{ stage: "stt", reason: "silence", count: 2 }],
    });
  });
});

describe("a ring", () => {
  it("keeps the last items under the numbers under which they came", () => {
    const ring = new Ring<number>(10);
    for (let i = 0; i < 1000; i++) ring.push(i);
    assert.equal(ring.next, 1000);
    assert.deepEqual(ring.from(997), [997, 998, 999]);
    assert.deepEqual(ring.from(0), [990, 991, 992, 993, 994, 995, 996, 997, 998, 999]);
    assert.equal(ring.last(), 999);
  });
});
