import assert from "node:assert/strict";
import { BadLine, parseLine } from "../../../src/inputs/socket/parse.ts";
import { random } from "../../../src/model/random.ts";
import { MAX_DURATION, wireKinds } from "../../../src/model/wire.ts";

const ROUNDS = 20_000;
const SEED = 20261123;

const good = [
  {
    type: "response",
    id: "1",
    turnId: "t",
    queryType: "talker",
    start: 1.7e9,
    duration: 0.5,
    timeToFirstToken: 0.1,
    outcome: "ok",
    model: "m",
    inputTokens: 1,
    outputTokens: 2,
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
  },
  { type: "turn", id: "t", start: 1.7e9, duration: 2, outcome: "cancelled", interrupted: true },
  { type: "mark", name: "first_audio", time: 1.7e9, turnId: "t" },
  { type: "voice", time: 1.7e9, success: 1, failure: 0, stage: "stt", quality: 0.5 },
  { type: "memory", time: 1.7e9, rss: 1e8, heapSpaces: [{ name: "new_space", used: 1, size: 2 }] },
  { type: "metric", time: 1.7e9, name: "queue", value: 3, unit: "{items}", attributes: { a: 1 } },
  { type: "log", time: 1.7e9, severity: "warning", message: "slow" },
  {
    type: "summary",
    queryType: "talker",
    start: 1,
    end: 2,
    count: 1,
    errors: 0,
    cancelled: 0,
    durations: { sum: 1, max: 1, buckets: [[1000, 1]] },
  },
  { type: "dropped", marks: 1, logs: 0, metrics: 0, turns: 0 },
  { type: "reply", id: "1", ok: true, allocations: [] },
];
const odd = [
  null,
  true,
  "",
  "__proto__",
  -1,
  1e308,
  -0,
  0.1,
  [],
  {},
  [[]],
  { a: {} },
  "x".repeat(5000),
  "\ud800",
  "NaN",
];

describe("the line parser, fed generated lines", () => {
  const next = random(SEED);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)] as T;

  it("gives an event that fits the protocol, or says why not, and nothing else", () => {
    const outcomes = { taken: 0, refused: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const line = mutate();
      try {
        const event = parseLine(line);
        outcomes.taken++;
        assert.ok(event.type in wireKinds, line);
        if (event.type === "response") {
          assert.ok(event.duration >= 0 && event.duration <= MAX_DURATION, line);
          assert.ok(Number.isFinite(event.start), line);
          assert.ok(["ok", "error", "cancelled"].includes(event.outcome), line);
        }
      } catch (error) {
        if (!(error instanceof BadLine)) throw new Error(`${(error as Error).stack}\nline: ${line}`);
        outcomes.refused++;
      }
    }
    assert.ok(outcomes.taken > 0 && outcomes.refused > 0);
  });

  function mutate(): string {
    const event: Record<string, unknown> = structuredClone(pick(good));
    const key = pick(Object.keys(event));
    switch (Math.floor(next() * 6)) {
      case 0:
        event[key] = pick(odd);
        break;
      case 1:
        delete event[key];
        break;
      case 2:
        event[String(pick(odd))] = pick(odd);
        break;
      case 3: {
        const text = JSON.stringify(event);
        return text.slice(0, Math.floor(next() * text.length));
      }
      case 4: {
        const bytes = Buffer.from(JSON.stringify(event));
        for (let i = 0; i < 3; i++) bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
        return bytes.toString("utf8");
      }
      default:
        return JSON.stringify(pick(odd));
    }
    return JSON.stringify(event);
  }
});
