import assert from "node:assert/strict";
import type { Response } from "../../../src/model/wire.ts";
import { AgentRecord } from "../../../src/record/agentRecord.ts";
import { Ring } from "../../../src/record/ring.ts";

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
    const record = new AgentRecord();
    for (let i = 0; i < 80; i++) record.response(1000, response("talker", 1000));
    const first = record.tick("a", 1000);
    assert.deepEqual([first.responses.length, first.responses[0]?.index, first.responses.at(-1)?.index], [50, 30, 79]);
    assert.deepEqual(record.tick("a", 1000).responses, []);
    record.response(1001, response("thinker", 1001));
    assert.deepEqual(
      record.tick("a", 1001).responses.map((r) => [r.index, r.queryType]),
      [[80, "thinker"]],
    );
    assert.equal(record.series("a", 1001).responses.length, 81);
  });

  it("bounds the query types that an agent may name", () => {
    const record = new AgentRecord();
    for (let i = 0; i < 500; i++) record.response(1000, response(`q${i}`, 1000));
    const latency = record.latency(1000, {});
    assert.equal(latency.length, 101);
    assert.equal(
      latency.reduce((sum, q) => sum + q.minute.count, 0),
      500,
    );
  });

  it("keeps the last p95 for the time when it is idle", () => {
    const record = new AgentRecord();
    record.response(1000, response("talker", 1000));
    const busy = record.latency(1001, { talker: 2 })[0];
    const idle = record.latency(1100, { talker: 2 })[0];
    assert.equal(idle?.minute.p95, undefined);
    assert.equal(idle?.lastP95, busy?.minute.p95);
    assert.equal(idle?.threshold, 2);
  });

  it("counts voice by stage and reason", () => {
    const record = new AgentRecord();
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
