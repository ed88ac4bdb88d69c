import assert from "node:assert/strict";
import type { NormalizedSpan, Span } from "../../../src/model/otlp.ts";
import type { TurnDetail, TurnRow } from "../../../src/model/turns.ts";
import type { Response, Turn } from "../../../src/model/wire.ts";
import { AgentRecord } from "../../../src/record/agentRecord.ts";
import { nowhere } from "../../../src/record/sinks.ts";

const T = 1_700_000_000;
const TRACE = "0af7651916cd43dd8448eb211c80319c";

class Talk {
  readonly record = new AgentRecord("agent", nowhere);
  now = T + 20;
  #spans = 0;

  response(queryType: string, start: number, duration: number, more: Partial<Response> = {}): void {
    const response: Response = {
      type: "response",
      queryType,
      start: T + start,
      duration,
      outcome: "ok",
      turnId: "t1",
      ...more,
    };
    this.record.response(this.now, response, 1);
  }

  mark(name: string, time: number, turnId = "t1"): void {
    this.record.turnMark(this.now, { type: "mark", name, time: T + time, turnId }, 1);
  }

  turn(start: number, duration: number, more: Partial<Turn> = {}): void {
    this.record.turn(this.now, { type: "turn", id: "t1", start: T + start, duration, outcome: "ok", ...more }, 1);
  }

  span(start: number, duration: number, more: Partial<Span>, normalized?: NormalizedSpan): void {
    const span: Span = {
      source: { resource: {}, scope: "", scopeVersion: "" },
      traceId: TRACE,
      spanId: (++this.#spans).toString(16).padStart(16, "0"),
      name: "span",
      kind: 1,
      start: T + start,
      duration,
      status: "unset",
      attributes: {},
      events: [],
      ...more,
    };
    const role = normalized?.role;
    const first = normalized?.timeToFirstToken;
    this.record.place(this.now, span, normalized);
    if (role && role !== "agent" && role !== "turn") {
      const queryType = role === "llm" ? "talker" : role;
      const { traceId, spanId, parentSpanId } = span;
      this.record.observe(this.now, {
        type: "response",
        door: "otlp",
        named: false,
        role,
        queryType,
        pid: 1,
        start: span.start,
        duration,
        outcome: "ok",
        traceId,
        spanId,
        ...(parentSpanId !== undefined && { parentSpanId }),
        ...(first !== undefined && { timeToFirstToken: first }),
      });
    }
    this.record.span(this.now, span, normalized, 1);
  }

  rows(): TurnRow[] {
    return this.record.series("a", this.now).turns;
  }

  detail(index = 0): TurnDetail {
    const detail = this.record.turnDetail(this.now, index, 2);
    assert.ok(detail);
    return detail;
  }
}

const parts = (row: TurnRow | undefined) =>
  Object.fromEntries((row?.segments ?? []).map((s) => [s.part, Math.round(s.duration * 1000)]));

/** A voice turn as the example's agent tells it: the user stops speaking at 1 s, hears the answer at 3.31 s. */
function voiceTurn(talk: Talk): void {
  talk.mark("end_of_utterance", 1);
  talk.response("endpointing", 1, 0.42);
  talk.response("stt", 1.42, 0.24);
  talk.response("rag_search", 1.66, 0.148);
  talk.response("embedding", 1.67, 0.03);
  talk.response("talker", 1.808, 2.4, { timeToFirstToken: 0.61, model: "llama3.2:3b", outputTokens: 96 });
  talk.response("tool", 2.9, 0.184);
  talk.response("tts", 2.752, 0.378);
  talk.response("tts", 3.3, 0.3);
  talk.mark("first_audio", 3.31);
  talk.turn(-2, 9);
}

describe("a voice turn", () => {
  it("is headed by the heard silence, and each instant of it goes to one stage", () => {
    const talk = new Talk();
    voiceTurn(talk);
    const [row] = talk.rows();
    assert.equal(row?.kind, "voice");
    assert.ok(Math.abs((row?.heardSilence ?? 0) - 2.31) < 1e-6);
    assert.deepEqual(parts(row), {
      endpointing: 420,
      stt: 240,
      rag: 148,
      first_token: 610,
      generation: 504,
      tts: 388,
    });
    const sum = row?.segments.reduce((total, s) => total + s.duration, 0) ?? 0;
    assert.ok(Math.abs(sum - 2.31) < 1e-6, "they add up to it");
  });

  it("shows what nothing covers as unexplained, where it lies", () => {
    const talk = new Talk();
    talk.mark("end_of_utterance", 1);
    talk.response("stt", 1.2, 0.3);
    talk.response("tts", 1.5, 0.4);
    talk.mark("first_audio", 2);
    talk.turn(0, 3);
    assert.deepEqual(parts(talk.rows()[0]), { stt: 300, tts: 400, unexplained: 300 });
    const gaps = talk.detail().gaps.map(({ start, duration }) => [start.toFixed(1), duration.toFixed(1)]);
    assert.deepEqual(gaps, [
      ["0.0", "0.2"],
      ["0.9", "0.1"],
    ]);
  });

  it("has a waterfall that begins at the end of the user's speech, with parts within searches and tools", () => {
    const talk = new Talk();
    voiceTurn(talk);
    const { bars, zero, zeroIs, marks } = talk.detail();
    assert.equal(zero, T + 1);
    assert.equal(zeroIs, "end_of_utterance");
    assert.deepEqual(
      bars.map((b) => [b.label, b.depth]),
      [
        ["Endpointing", 0],
        ["Speech to text", 0],
        ["RAG search", 0],
        ["Embedding", 1],
        ["Talker", 0],
        ["Text to speech 1", 0],
        ["Tool", 0],
        ["Text to speech 2", 0],
      ],
    );
    assert.deepEqual(
      marks.map((m) => [m.name, m.time.toFixed(2)]),
      [
        ["end_of_utterance", "0.00"],
        ["first_audio", "2.31"],
      ],
    );
  });

  it("shows quick operations that follow each other beside each other", () => {
    const talk = new Talk();
    talk.response("endpointing", 0, 0.009);
    talk.response("stt", 0.0091, 0.0002);
    talk.response("rag_search", 0.0094, 0.0024);
    talk.turn(0, 1);
    assert.deepEqual(
      talk.detail().bars.map((bar) => bar.depth),
      [0, 0, 0],
    );
  });

  it("without an end of the user's speech has no heard silence, and says what it was measured from", () => {
    const talk = new Talk();
    talk.response("stt", 0, 0.3);
    talk.mark("first_audio", 2);
    talk.turn(0, 3);
    const [row] = talk.rows();
    assert.equal(row?.heardSilence, undefined);
    assert.equal(talk.detail().zeroIs, "start");
  });

  it("whose silence a framework measured, but told no moment of, waits until the first of its voice is made", () => {
    const talk = new Talk();
    const within = { parentSpanId: "00000000000000ff" };
    talk.span(0.5, 1.2, within, { role: "stt" });
    talk.span(2, 1.5, within, { role: "llm", timeToFirstToken: 0.4 });
    talk.span(2.6, 1, within, { role: "tts", timeToFirstToken: 0.2 });
    talk.span(0, 6, { spanId: "00000000000000ff" }, { role: "turn", heardSilence: 1.3 });
    const [row] = talk.rows();
    assert.deepEqual(parts(row), { stt: 200, first_token: 400, generation: 200, tts: 200, unexplained: 300 });
    assert.equal(talk.detail().zeroIs, "end_of_utterance");
  });

  it("that the user broke off is interrupted, and no failure", () => {
    const talk = new Talk();
    voiceTurn(talk);
    talk.turn(-2, 9, { interrupted: true, outcome: "cancelled" });
    const [row] = talk.rows();
    assert.equal(row?.interrupted, true);
    assert.equal(row?.outcome, "cancelled");
    assert.equal(talk.record.interruptions, 1);
  });
});

describe("a chat turn", () => {
  it("whose Thinker goes on with the answer is judged by the Talker's first token", () => {
    const talk = new Talk();
    talk.response("talker", 0, 1, { timeToFirstToken: 0.2 });
    talk.response("thinker", 1, 3, { timeToFirstToken: 1 });
    talk.turn(0, 4);
    assert.ok(Math.abs((talk.rows()[0]?.timeToFirstToken ?? 0) - 0.2) < 1e-6);
  });

  it("is judged by the time to the first token after its last tool", () => {
    const talk = new Talk();
    talk.response("thinker", 0, 1, { timeToFirstToken: 0.5 });
    talk.response("tool", 1, 0.5);
    talk.response("talker", 1.6, 2, { timeToFirstToken: 0.3 });
    talk.turn(0, 4);
    const [row] = talk.rows();
    assert.equal(row?.kind, "chat");
    assert.ok(Math.abs((row?.timeToFirstToken ?? 0) - 1.9) < 1e-6);
    assert.deepEqual(parts(row), { tools: 500, first_token: 800, generation: 500, unexplained: 100 });
  });

  it("takes in what the probe saw meanwhile, before or after the turn was told", () => {
    const talk = new Talk();
    const probe = { door: "probe", role: "llm", named: false, queryType: "other", outcome: "ok", pid: 1 } as const;
    talk.mark("start", 0);
    talk.record.observe(talk.now, { type: "response", ...probe, start: T + 0.5, duration: 1 });
    assert.deepEqual(talk.rows()[0]?.queryTypes, []);
    talk.turn(0, 4);
    talk.record.observe(talk.now, { type: "response", ...probe, start: T + 2, duration: 1 });
    talk.record.observe(talk.now, { type: "response", ...probe, start: T + 2, duration: 9 });
    assert.equal(talk.detail().bars.length, 2);
  });

  it("is open until it is told, or nothing came for half a minute", () => {
    const talk = new Talk();
    talk.response("talker", 0, 1);
    assert.equal(talk.rows()[0]?.open, true);
    talk.now += 31;
    assert.equal(talk.rows()[0]?.open, undefined);
  });
});

describe("a trace", () => {
  it("is a turn, bounded by its root span", () => {
    const talk = new Talk();
    talk.span(1.2, 0.5, { parentSpanId: "00000000000000ff" }, { role: "llm", timeToFirstToken: 0.1 });
    assert.equal(talk.rows()[0]?.open, true);
    talk.span(1, 2, { spanId: "00000000000000ff", kind: 2 });
    const [row, ...more] = talk.rows();
    assert.equal(more.length, 0);
    assert.deepEqual([row?.time, row?.duration, row?.open], [T + 1, 2, undefined]);
    assert.equal(talk.record.turns, 1);
  });

  it("is bounded by the span around all others, when a process that was asked within it tells its part first", () => {
    const talk = new Talk();
    talk.span(2, 0.5, { parentSpanId: "00000000000000f3" }, { role: "llm" });
    talk.span(1.9, 0.7, { spanId: "00000000000000f3", parentSpanId: "00000000000000f2", kind: 2, status: "error" });
    talk.span(3, 3, { parentSpanId: "00000000000000f1" }, { role: "llm" });
    talk.span(1, 6, { spanId: "00000000000000f1" });
    const [row, ...more] = talk.rows();
    assert.equal(more.length, 0);
    assert.deepEqual([row?.time, row?.duration, row?.outcome], [T + 1, 6, "ok"]);
    assert.equal(talk.record.turns, 1);
  });

  it("that ends long after its last operation is counted", () => {
    const talk = new Talk();
    talk.span(1, 1, { parentSpanId: "00000000000000ff" }, { role: "llm" });
    talk.now += 40;
    talk.rows();
    talk.span(0, 39, { spanId: "00000000000000ff" });
    assert.equal(talk.record.turns, 1);
  });

  it("whose turn the user broke off has not failed", () => {
    const talk = new Talk();
    talk.span(0, 4, { status: "error" }, { role: "turn", turnId: "t", interrupted: true, errorType: "error" });
    const [row] = talk.rows();
    assert.deepEqual([row?.outcome, row?.interrupted], ["cancelled", true]);
  });

  it("joins the turn that the client told around it", () => {
    for (const early of [true, false]) {
      const talk = new Talk();
      const spans = () => talk.span(1, 1, { parentSpanId: "00000000000000ff" }, { role: "llm" });
      if (early) spans();
      talk.response("talker", 0.99, 1.02, { model: "m" });
      talk.turn(0, 4);
      if (!early) spans();
      const rows = talk.rows().filter((r) => !r.gone);
      assert.deepEqual(
        rows.map((r) => r.id),
        ["t1"],
      );
      assert.equal(talk.detail(rows[0]?.index).bars.length, 1);
    }
  });

  it("of a whole conversation falls into its turns", () => {
    const talk = new Talk();
    for (const start of [0, 10]) {
      talk.span(start + 1, 1, { parentSpanId: "00000000000000ff" }, { role: "llm" });
      talk.span(
        start,
        4,
        { parentSpanId: "00000000000000ee" },
        {
          role: "turn",
          turnId: `turn ${start}`,
          heardSilence: 1.5,
          ...(start === 10 && { interrupted: true }),
        },
      );
    }
    const rows = talk.rows();
    assert.deepEqual(
      rows.map((r) => [r.time - T, r.duration, r.kind, r.heardSilence, r.interrupted]),
      [
        [0, 4, "voice", 1.5, false],
        [10, 4, "voice", 1.5, true],
      ],
    );
    assert.deepEqual([talk.detail(0).bars.length, talk.detail(1).bars.length], [1, 1]);
    assert.equal(talk.record.interruptions, 1);
  });

  it("gives its turns the moments that other spans tell: of the user's speech before, the agent's within", () => {
    const talk = new Talk();
    const speech = (start: number, duration: number, name: string) =>
      talk.span(
        start,
        duration,
        { parentSpanId: "00000000000000ff" },
        {
          role: "agent",
          marks: [{ name, time: T + (name === "first_audio" ? start : start + duration) }],
        },
      );
    for (const start of [0, 10]) {
      speech(start - 2, 1, "end_of_utterance");
      talk.span(start, 4, { parentSpanId: "00000000000000ff" }, { role: "turn", turnId: `turn ${start}` });
      speech(start + 0.5, 3, "first_audio");
    }
    assert.deepEqual(
      talk.rows().map((r) => r.heardSilence?.toFixed(3)),
      ["1.500", "1.500"],
    );
  });

  it("brings its log lines, and those of its time that name no trace", () => {
    const talk = new Talk();
    talk.span(1, 1, {}, { role: "llm" });
    const source = { resource: {}, scope: "", scopeVersion: "" };
    const line = { source, time: T + 1, severity: "warning" as const, attributes: {} };
    talk.record.log({ ...line, message: "slow", traceId: TRACE });
    talk.record.log({ ...line, message: "of another trace", traceId: "1af7651916cd43dd8448eb211c80319c" });
    talk.record.log({ ...line, message: "its client's" });
    talk.record.log({ ...line, time: T + 9, message: "later" });
    assert.deepEqual(
      talk.detail().logs.map((l) => l.message),
      ["slow", "its client's"],
    );
  });
});

describe("turns", () => {
  it("are compared with the median of their kind once there are five", () => {
    const talk = new Talk();
    for (let i = 0; i < 6; i++) {
      talk.response("talker", i * 10, 2, { turnId: `c${i}`, timeToFirstToken: 0.1 * (i + 1) });
      talk.turn(i * 10, 3, { id: `c${i}` });
      assert.equal(talk.detail(i).median === undefined, i < 4);
    }
    const { median } = talk.detail(0);
    assert.equal(median?.turns, 6);
    assert.ok(Math.abs((median?.wait ?? 0) - 0.35) < 1e-6);
  });

  it("are kept by the last five hundred", () => {
    const talk = new Talk();
    for (let i = 0; i < 700; i++) talk.turn(i, 0.5, { id: `c${i}` });
    const rows = talk.rows();
    assert.equal(rows.length, 500);
    assert.equal(rows[0]?.index, 200);
    assert.equal(talk.record.turnDetail(talk.now, 0, undefined), undefined);
  });
});
