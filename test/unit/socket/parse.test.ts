import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { BadLine, parseLine } from "../../../src/inputs/socket/parse.ts";

const good = { type: "response", queryType: "talker", start: 1.7e9, duration: 0.5, outcome: "ok" };

function badness(line: string | object): { reason: string; message: string } {
  try {
    parseLine(typeof line === "string" ? line : JSON.stringify(line));
  } catch (error) {
    assert.ok(error instanceof BadLine);
    return error;
  }
  throw new Error(`${JSON.stringify(line)} was taken`);
}

describe("A line on the event socket", () => {
  it("of the protocol's own page is taken", () => {
    const page = readFileSync(new URL("../../../docs/PROTOCOL.md", import.meta.url), "utf8");
    const lines = page.split("```json\n")[1]?.split("\n```")[0]?.split("\n") ?? [];
    const fromClient = lines.filter((line) => !line.includes('"command"'));
    assert.ok(fromClient.length >= 6);
    for (const line of fromClient) assert.equal(parseLine(line).type, JSON.parse(line).type);
  });

  it("may hold fields that nobody knows", () => {
    assert.equal(parseLine(JSON.stringify({ ...good, colour: "red" })).type, "response");
  });

  it("that sums up is refused when its figures don't add up", () => {
    const durations = { sum: 1, max: 0.5, buckets: [[500_000, 2]] };
    const sum = {
      type: "summary",
      queryType: "talker",
      start: 1.7e9,
      end: 1.7e9,
      count: 3,
      errors: 0,
      cancelled: 1,
      durations,
    };
    assert.equal(parseLine(JSON.stringify(sum)).type, "summary");
    assert.match(badness({ ...sum, count: 10 }).message, /durations of another number/);
    assert.match(badness({ ...sum, errors: 3 }).message, /more errors and cancelled/);
    const timeToFirstToken = { count: 5, sum: 1, max: 1, buckets: [[1, 5]] };
    assert.match(badness({ ...sum, timeToFirstToken }).message, /first tokens/);
  });

  it("with figures that can't be is refused, and told by field", () => {
    const cases: [object | string, RegExp][] = [
      [{ ...good, duration: -1 }, /duration must be >= 0/],
      [{ ...good, duration: 1e9 }, /duration must be <= 604800/],
      [JSON.stringify(good).replace("0.5", "1e999"), /duration must be number/],
      [{ ...good, duration: null }, /duration must be number/],
      [{ ...good, start: 1.7e12 }, /start must be <=/],
      [{ ...good, outcome: "fine" }, /outcome/],
      [{ ...good, queryType: "" }, /queryType/],
      [{ ...good, inputTokens: 1.5 }, /inputTokens must be integer/],
      [{ ...good, model: "m".repeat(257) }, /model/],
      [{ type: "response" }, /fields must have required properties/],
      [{ type: "memory", time: 1, rss: 1, heapSpaces: [{ name: "old", used: 1 }] }, /heapSpaces\.0 must have/],
    ];
    for (const [line, message] of cases) {
      const bad = badness(line);
      assert.match(bad.message, message);
      assert.match(bad.reason, /^invalid (response|memory)$/);
    }
  });

  it("of another kind, or of none, is refused", () => {
    assert.equal(badness({ type: "surprise" }).reason, "unknown type");
    assert.equal(badness({ type: "command", id: "1", name: "cleanup", deadline: 1 }).reason, "unknown type");
    assert.equal(badness({ type: "__proto__" }).reason, "unknown type");
    for (const line of ["null", "1", "[]", '"text"', "{}"]) assert.equal(badness(line).reason, "unknown type");
    for (const line of ["{", "nonsense", "{}{}", "\u0000\u0001"]) assert.equal(badness(line).reason, "not JSON");
  });

  it("is never quoted: it may hold what somebody said to the agent", () => {
    const lines = ['my secret wish"}', { type: "log", time: 1, severity: "info", message: 7, secret: "secret" }];
    for (const line of lines) assert.doesNotMatch(badness(line).message, /secret/);
  });
});
