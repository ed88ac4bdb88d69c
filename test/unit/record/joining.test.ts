import assert from "node:assert/strict";
import type { Door, ObservedResponse } from "../../../src/model/observed.ts";
import type { Span } from "../../../src/model/otlp.ts";
import type { Response } from "../../../src/model/wire.ts";
import { AgentRecord } from "../../../src/record/agentRecord.ts";
import { nowhere } from "../../../src/record/sinks.ts";

const T = 1_700_000_000;
const TRACE = "0af7651916cd43dd8448eb211c80319c";
let spans = 0;
const spanId = () => (++spans).toString(16).padStart(16, "0");

/** One agent's record, with the doors that tell of its calls. */
class Doors {
  readonly record = new AgentRecord("agent", nowhere);
  now = T + 10;

  sdk(queryType: string, start: number, duration: number, more: Partial<Response> = {}): void {
    const response: Response = { type: "response", queryType, start: T + start, duration, outcome: "ok", ...more };
    this.record.response(this.now, response, 1);
  }

  probe(start: number, duration: number, more: Partial<ObservedResponse> = {}): void {
    this.record.observe(this.now, this.#observed("probe", start, duration, more));
  }

  /** A span of a model call, or with `role` undefined one of something else. */
  otlp(start: number, duration: number, more: Partial<ObservedResponse> = {}, counts = true): string {
    const observed = this.#observed("otlp", start, duration, { traceId: TRACE, spanId: spanId(), ...more });
    const span: Span = {
      source: { resource: {}, scope: "", scopeVersion: "" },
      traceId: observed.traceId ?? TRACE,
      spanId: observed.spanId ?? "",
      ...(observed.parentSpanId && { parentSpanId: observed.parentSpanId }),
      name: "chat",
      kind: 3,
      start: observed.start,
      duration,
      status: "unset",
      attributes: {},
      events: [],
    };
    if (!this.record.place(this.now, span, counts && observed.role ? { role: observed.role } : undefined))
      return span.spanId;
    if (counts) this.record.observe(this.now, observed);
    this.record.span(this.now, span, undefined, 1);
    return span.spanId;
  }

  #observed(door: Door, start: number, duration: number, more: Partial<ObservedResponse>): ObservedResponse {
    const named = more.named ?? false;
    return {
      type: "response",
      door,
      pid: 1,
      role: "llm",
      queryType: "other",
      named,
      start: T + start,
      duration,
      outcome: "ok",
      ...more,
    };
  }

  /** Responses counted in the session by query type. */
  counts(): Record<string, number> {
    return Object.fromEntries(this.record.latency(this.now, {}).map((l) => [l.queryType, l.session.count]));
  }

  rows() {
    return this.record.series("a", this.now).responses;
  }
}

describe("a response that several doors tell", () => {
  it("counts once, whichever comes first, with the client's figures", () => {
    const orders: ((d: Doors) => void)[] = [
      (d) => d.sdk("talker", 0, 1),
      (d) => d.otlp(0.01, 0.98, { model: "llama3.2:3b", outputTokens: 20 }),
      (d) => d.probe(0.02, 0.95, { model: "llama3.2:3b", timeToFirstToken: 0.3 }),
    ];
    for (const order of permutations(orders)) {
      const doors = new Doors();
      for (const tell of order) tell(doors);
      assert.deepEqual(doors.counts(), { talker: 1 });
      const [row] = doors.rows();
      assert.equal(row?.duration, 1);
      assert.equal(row?.model, "llama3.2:3b");
      assert.equal(row?.outputTokens, 20);
      assert.ok(Math.abs((row?.timeToFirstToken ?? 0) - 0.32) < 1e-6, "from the client's start");
    }
  });

  it("prefers the span to the probe's request, and corrects a guessed query type", () => {
    const doors = new Doors();
    doors.probe(0, 1, { model: "m" });
    assert.deepEqual(doors.counts(), { other: 1 });
    doors.otlp(0, 1.02, { model: "m", queryType: "thinker", named: true });
    assert.deepEqual(doors.counts(), { thinker: 1 });
    assert.equal(doors.rows().length, 1);
  });

  it("counts N when N calls run side by side through all doors", () => {
    const doors = new Doors();
    for (let i = 0; i < 20; i++) {
      const start = (i % 5) * 0.01;
      doors.probe(start + 0.002, 1, { model: "m" });
      doors.sdk("talker", start, 1.005);
      doors.otlp(start + 0.001, 1.002, { model: "m", traceId: i.toString(16).padStart(32, "1") });
    }
    assert.deepEqual(doors.counts(), { talker: 20 });
  });

  it("counts a call that was tried again once", () => {
    const doors = new Doors();
    doors.probe(0.1, 0.2, { outcome: "error", errorType: "HTTP 500" });
    doors.probe(0.5, 0.4);
    doors.sdk("talker", 0, 1);
    assert.deepEqual(doors.counts(), { talker: 1 });
    assert.equal(doors.record.latency(doors.now, {})[0]?.session.errors, 0);
    assert.equal(doors.rows().length, 1);
  });

  it("keeps apart what only happens at the same time", () => {
    const doors = new Doors();
    doors.sdk("rag_search", 0, 1);
    doors.sdk("tool", 0, 1);
    doors.probe(0.1, 0.8, { role: "embedding", queryType: "embedding" });
    doors.sdk("talker", 0, 1, { model: "a" });
    doors.probe(0.1, 0.8, { model: "b", queryType: "thinker" });
    doors.probe(0, 1, { model: "a", pid: 2 });
    doors.probe(0, 1, { model: "a", queryType: "thinker", named: true });
    assert.deepEqual(doors.counts(), { rag_search: 1, tool: 1, talker: 1, embedding: 1, thinker: 2, other: 1 });
  });

  it("takes calls within a response of their own query type for a part of it, and no others", () => {
    const orders: ((d: Doors) => void)[] = [
      (d) => d.sdk("talker", 0, 1),
      (d) => d.probe(0.1, 0.2, { queryType: "talker", model: "m" }),
      (d) => d.probe(0.5, 0.2, { queryType: "talker", model: "m" }),
      (d) => d.probe(0.25, 0.2, { queryType: "thinker", model: "t" }),
      (d) => d.sdk("thinker", 0.25, 0.2),
    ];
    for (const order of permutations(orders)) {
      const doors = new Doors();
      for (const tell of order) tell(doors);
      assert.deepEqual(doors.counts().talker, 1);
      assert.deepEqual(doors.counts().thinker, 1);
    }
  });

  it("takes an agent's own query type for the call when both last as long", () => {
    const doors = new Doors();
    doors.probe(0.01, 0.97, { model: "m" });
    doors.sdk("summarise", 0, 1);
    doors.sdk("whole_morning", 0, 9);
    assert.deepEqual(doors.counts(), { summarise: 1, whole_morning: 1 });
  });

  it("joins the request to the span that its header named, whatever the times say", () => {
    const doors = new Doors();
    const call = doors.otlp(0, 3);
    const http = doors.otlp(0.1, 0.4, { parentSpanId: call }, false);
    doors.otlp(0.1, 0.4, { model: "other" });
    doors.probe(0.1, 0.4, { traceId: TRACE, parentSpanId: http });
    assert.deepEqual(doors.counts(), { other: 2 });
  });
});

describe("a call that comes as several nested spans", () => {
  const tree: [string, string | undefined, number, number][] = [
    ["aaaaaaaaaaaaaaaa", undefined, 0, 1],
    ["bbbbbbbbbbbbbbbb", "aaaaaaaaaaaaaaaa", 0.1, 0.8],
    ["cccccccccccccccc", "bbbbbbbbbbbbbbbb", 0.2, 0.6],
  ];

  it("counts its deepest span, in whatever order they come", () => {
    for (const order of permutations(tree)) {
      const doors = new Doors();
      for (const [id, parent, start, duration] of order) {
        doors.otlp(start, duration, {
          spanId: id,
          ...(parent && { parentSpanId: parent }),
          ...(parent ? {} : { inputTokens: 7 }),
        });
      }
      assert.deepEqual(doors.counts(), { other: 1 });
      const [row] = doors.rows();
      assert.equal(row?.duration, 0.6);
      assert.equal(row?.inputTokens, 7);
    }
  });

  it("counts two calls within one wrapper as two", () => {
    for (const order of permutations([0, 1, 2])) {
      const doors = new Doors();
      for (const which of order) {
        if (which === 0) doors.otlp(0, 3, { spanId: "aaaaaaaaaaaaaaaa" });
        else doors.otlp(which, 0.5, { spanId: `bbbbbbbbbbbbbbb${which}`, parentSpanId: "aaaaaaaaaaaaaaaa" });
      }
      assert.deepEqual(doors.counts(), { other: 2 });
    }
  });

  it("counts a call that a tool makes beside the call that asked for the tool", () => {
    const doors = new Doors();
    doors.otlp(0.3, 0.2, { spanId: "cccccccccccccccc", parentSpanId: "bbbbbbbbbbbbbbbb" });
    doors.otlp(0.2, 0.4, {
      spanId: "bbbbbbbbbbbbbbbb",
      parentSpanId: "aaaaaaaaaaaaaaaa",
      role: "tool",
      queryType: "tool",
    });
    doors.otlp(0, 1, { spanId: "aaaaaaaaaaaaaaaa" });
    assert.deepEqual(doors.counts(), { other: 2, tool: 1 });
  });

  it("takes a span that comes twice once", () => {
    const doors = new Doors();
    doors.otlp(0, 1, { spanId: "aaaaaaaaaaaaaaaa" });
    doors.otlp(0, 1, { spanId: "aaaaaaaaaaaaaaaa" });
    assert.deepEqual(doors.counts(), { other: 1 });
  });
});

describe("a row that changed", () => {
  it("comes again with its number, and one that became part of another goes", () => {
    const doors = new Doors();
    doors.probe(0.1, 0.2, { outcome: "error" });
    doors.probe(0.5, 0.4);
    assert.deepEqual(
      doors.rows().map((r) => r.index),
      [0, 1],
    );
    doors.sdk("talker", 0, 1);
    const news = doors.record.tick("a", doors.now).responses;
    assert.equal(news.filter((r) => r.gone).length, 1);
    assert.deepEqual(
      news.filter((r) => !r.gone).map((r) => [r.queryType, r.duration]),
      [["talker", 1]],
    );
  });
});

describe("a measurement", () => {
  it("has the figures of what came since it began, by query type and model", () => {
    const doors = new Doors();
    doors.sdk("talker", 0, 1, { model: "m" });
    const measurement = doors.record.measure();
    doors.probe(2, 1, { model: "m" });
    doors.sdk("talker", 2, 1.5);
    doors.record.endMeasurement(measurement);
    doors.sdk("talker", 4, 1);
    const { queryTypes, models } = measurement.result();
    assert.deepEqual(Object.keys(queryTypes), ["talker"]);
    assert.equal(queryTypes.talker?.count, 1);
    assert.equal(queryTypes.talker?.max, 1.5);
    assert.equal(models.m?.count, 1);
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) => permutations(items.filter((_, j) => j !== i)).map((rest) => [item, ...rest]));
}
