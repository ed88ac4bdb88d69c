import assert from "node:assert/strict";
import { figuresOf, percentile } from "../../../examples/agent/src/load/figures.ts";
import type { TurnSummary } from "../../../examples/agent/src/turnSummary.ts";
import { type AgentProcess, runExample, startAgentProcess } from "./agentProcess.ts";

describe("npm run load", function () {
  this.timeout(20_000);
  let agent: AgentProcess;
  before(async () => {
    agent = await startAgentProcess();
  });
  after(() => agent.kill());

  it("prints a table with a row for each query type", async () => {
    const load = runExample(["src/load.ts", "--users", "2", "--turns", "6", "--url", agent.url]);
    assert.equal((await load.ended).code, 0, load.output());
    const [head = "", ...rows] = load.output().split("\n");
    assert.match(head, /^query type +count +errors +p50 +p95 +p99 +max +p95 last minute$/);
    for (const row of [/^rag_search +6 +0 /, /^talker +6 +0 .* ms of 6$/, /^thinker +2 +0 /, /^total +6 +0 /]) {
      assert.ok(
        rows.some((line) => row.test(line)),
        `${row} in\n${load.output()}`,
      );
    }
    assert.match(load.output(), /6 turns of 2 users in [\d.]+ s, 0 failed/);
  });

  it("prints every turn as JSON, with figures that follow from them", async () => {
    const load = runExample(["src/load.ts", "--turns", "4", "--json", "--url", agent.url]);
    assert.equal((await load.ended).code, 0, load.output());
    const result = JSON.parse(load.output());
    assert.equal(result.records.length, 4);
    const durations = result.records.map((turn: TurnSummary) => turn.talker?.duration);
    assert.equal(result.queryTypes.talker.lastMinute.p95, Math.max(...durations));
    assert.ok(result.records.every((turn: TurnSummary) => turn.time >= result.started && turn.time <= result.ended));
  });

  it("speaks the recordings", async () => {
    const load = runExample(["src/load.ts", "--voice", "--turns", "2", "--users", "1", "--json", "--url", agent.url]);
    assert.equal((await load.ended).code, 0, load.output());
    assert.equal(JSON.parse(load.output()).queryTypes.stt.count, 2);
  });

  it("says what to do when no agent runs, with exit code 2", async () => {
    const load = runExample(["src/load.ts", "--url", "http://127.0.0.1:9"]);
    assert.equal((await load.ended).code, 2);
    assert.match(load.output(), /no agent answers at http:\/\/127\.0\.0\.1:9 .*npm start/);
  });

  it("refuses arguments that make no sense, with exit code 2", async () => {
    for (const args of [["--users", "none"], ["--turns", "-1"], ["--url", "here"], ["--fast"]]) {
      assert.equal((await runExample(["src/load.ts", ...args]).ended).code, 2, args.join(" "));
    }
  });
});

describe("the load's figures", () => {
  it("take the nearest rank", () => {
    const durations = Array.from({ length: 100 }, (_, index) => index + 1);
    assert.equal(percentile(durations, 0.95), 95);
    assert.equal(percentile(durations.slice(0, 50), 0.95), 48);
    assert.equal(percentile([7], 0.5), 7);
    assert.equal(percentile([], 0.5), 0);
  });

  it("keep the last minute apart", () => {
    const turn = (time: number, duration: number): TurnSummary => ({
      turnId: String(time),
      time,
      outcome: "ok",
      talker: { duration, outcome: duration > 4 ? "error" : "ok" },
      total: { duration, outcome: "ok" },
    });
    const { talker } = figuresOf([turn(10, 5), turn(100, 1), turn(110, 2)], 120);
    assert.deepEqual(talker, { count: 3, errors: 1, p50: 2, p95: 5, p99: 5, max: 5, lastMinute: { count: 2, p95: 2 } });
  });
});
