import assert from "node:assert/strict";
import { outcomeOf, placeOf, shortfallsOf } from "../../../src/editor/suites/shortfalls.ts";
import type { SuiteOutline } from "../../../src/model/suiteOutline.ts";
import type { SuiteObjectiveResult, SuiteResult } from "../../../src/model/suites.ts";
import { compareResults } from "../../../src/suites/verdicts/compare.ts";
import { syntheticResult } from "../../fixtures/suites/synthetic.ts";

const at = (line: number) => ({ line, column: 8, endLine: line, endColumn: 18 });
const outline: SuiteOutline = {
  file: "/home/me/agent.perf.json",
  name: "agent",
  problems: [],
  scenarios: [
    { name: "talker", place: at(4), objectives: [{ objective: "p95 < 2s", place: at(6) }] },
    { name: "thinker", place: at(9), objectives: [{ objective: "p95 < 2s", place: at(11) }] },
  ],
  objectives: [{ objective: "rss growth < 1 MiB/min", place: at(14) }],
  repeats: 1,
  duration: null,
};

const missed = (scenario: string | undefined, objective: string, value = 2.4): SuiteObjectiveResult => ({
  ...(scenario !== undefined && { scenario }),
  objective,
  value,
  limit: 2,
  unit: "s",
  verdict: "missed",
});
const result = (...objectives: SuiteObjectiveResult[]): SuiteResult => ({
  ...syntheticResult({ talker: { seed: 1 }, thinker: { seed: 2 } }),
  objectives,
});

describe("what a suite's result tells at its lines", () => {
  it("are the objectives that were missed, where they stand now", () => {
    const own = result(missed("thinker", "p95 < 2s"), { ...missed("talker", "p95 < 2s"), verdict: "met" });
    const [shortfall, ...more] = shortfallsOf(own, outline);
    assert.ok(shortfall);
    assert.deepEqual(more, []);
    assert.equal(shortfall.message, "p95 < 2s is missed: 2.40 s.");
    assert.deepEqual(placeOf(shortfall, outline), at(11));
    const [talker] = outline.scenarios;
    assert.ok(talker);
    const moved = { ...outline, scenarios: [talker, { ...talker, name: "thinker", objectives: [] }] };
    assert.equal(placeOf(shortfall, moved), undefined, "one that was taken out is told no more");
  });

  it("stand at the scenario where nobody wrote the objective, and at the top where it is of the suite", () => {
    const [stays] = shortfallsOf(result(missed("talker", "the agent stays up")), outline);
    assert.deepEqual(stays && placeOf(stays, outline), at(4));
    const [growth] = shortfallsOf(result(missed(undefined, "rss growth < 1 MiB/min")), outline);
    assert.deepEqual(growth && placeOf(growth, outline), at(14));
  });

  it("are the scenarios that became slower, in one sentence each", () => {
    const calm = { responses: 400, between: 0.015, repeats: 12 };
    const before = syntheticResult({ talker: { seed: 1, ...calm } });
    const now = syntheticResult({ talker: { seed: 2, factor: 1.3, ...calm } });
    const compared = { ...now, objectives: [], comparison: compareResults(before, now, { name: "main" }) };
    const [slower, ...more] = shortfallsOf(compared, outline);
    assert.deepEqual(more, []);
    assert.match(slower?.message ?? "", /^talker is slower than main: median \+\d+ % \[\d+, \d+\], p95 \+/);
    assert.deepEqual(slower && placeOf(slower, outline), at(4));
    assert.equal(outcomeOf(compared, "talker", slower ? [slower] : []), "failed");
    assert.equal(outcomeOf(compared, "thinker", []), "skipped", "it was not run");
    const failing = syntheticResult({ talker: { seed: 2, errors: 0.2, ...calm } });
    const worse = { ...failing, comparison: compareResults(before, failing, { name: "main" }) };
    const [fails, ...rest] = shortfallsOf(worse, outline);
    assert.deepEqual(rest, []);
    assert.equal(fails?.message, "talker fails more often than main: errors 0 % → 20 %.");
    assert.deepEqual(fails && placeOf(fails, outline), at(4));
  });

  it("shows a scenario as errored whose target was gone in one of its repeats", () => {
    const result = syntheticResult({ talker: { seed: 1, repeats: 3 } });
    const [first] = result.scenarios.talker?.repeats ?? [];
    assert.ok(first);
    assert.equal(outcomeOf(result, "talker", []), "passed");
    first.invalid = "The target went away.";
    assert.equal(outcomeOf(result, "talker", []), "passed", "one of a slow generator is left out");
    assert.equal(outcomeOf({ ...result, status: "invalid" }, "talker", []), "errored");
  });
});
