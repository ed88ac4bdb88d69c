import assert from "node:assert/strict";
import type { SuiteMeasureChange, SuiteRepeat, SuiteResult } from "../../../src/model/suites.ts";
import { compareResults } from "../../../src/suites/verdicts/compare.ts";
import { exitCodeOf } from "../../../src/suites/verdicts/exitCode.ts";
import { syntheticResult } from "../../fixtures/suites/synthetic.ts";

const options = { name: "main" };
const calm = { responses: 500, between: 0.015 };
const baseline = syntheticResult({ talker: { seed: 1, ...calm }, rag_search: { seed: 2, median: 0.1, ...calm } });
const changed = (factors: Record<string, number>) =>
  syntheticResult({
    talker: { seed: 13, factor: factors.talker ?? 1, ...calm },
    rag_search: { seed: 14, median: 0.1, factor: factors.rag_search ?? 1, ...calm },
  });
const of = (
  changes: readonly SuiteMeasureChange[],
  scenario: string,
  measure = "duration",
  quantile: number | null = 0.5,
) => changes.find((one) => one.scenario === scenario && one.measure === measure && one.quantile === quantile);

describe("comparison of suites", function () {
  this.timeout(60_000);

  it("calls a slower agent slower, says where and by how much, and fails", () => {
    const now = changed({ talker: 1.15 });
    const comparison = compareResults(baseline, now, options);
    assert.equal(comparison.verdict, "slower");
    assert.match(comparison.summary, /^Talker is slower: median \d+ ms → \d+ ms, \+\d+ % \[\d+(\.\d)?, \d+(\.\d)?\]/);
    const median = of(comparison.changes, "talker");
    assert.ok(median && median.change.from < 0.15 && median.change.to > 0.15, JSON.stringify(median?.change));
    assert.ok(Math.abs(median.now / median.baseline - 1 - median.change.value) < 1e-12);
    assert.equal(of(comparison.changes, "rag_search")?.verdict, "same");
    assert.equal(of(comparison.changes, "talker", "goodput", null)?.verdict, "slower");
    assert.equal(exitCodeOf({ ...now, comparison }), 1);
  });

  it("calls a faster one faster and the same one the same, which fail nothing", () => {
    const faster = compareResults(baseline, changed({ rag_search: 0.8 }), options);
    assert.equal(faster.verdict, "faster");
    assert.match(faster.summary, /^RAG search is faster/);
    const same = compareResults(baseline, changed({}), options);
    assert.equal(same.verdict, "same", same.summary);
    for (const comparison of [faster, same]) assert.equal(exitCodeOf({ ...changed({}), comparison }), 0);
  });

  it("goes by the highest load of a sweep, for latencies are of another level on each side", () => {
    const swept = (seed: number, best: (number | null)[]) => {
      const result = syntheticResult({ talker: { seed, repeats: best.length, ...calm } });
      const repeats = result.scenarios.talker?.repeats ?? [];
      const one = { requests: 9, errors: 0, rate: 1, goodput: 1, p50: 0.1, p95: 0.2, met: true };
      const levels = [
        { ...one, level: 4 },
        { ...one, level: 8 },
      ];
      for (const [i, repeat] of repeats.entries()) Object.assign(repeat, { best: best[i], levels });
      return result;
    };
    const before = swept(1, [16, 16, 15.5, 16, 16]);
    const slower = compareResults(before, swept(2, [8, 8, 9, 8, null]), options);
    assert.deepEqual(
      slower.changes.map(({ measure, verdict }) => [measure, verdict]),
      [["best", "slower"]],
    );
    assert.match(slower.summary, /^Talker is slower: highest load 16 → 8, −50 %/);
    assert.equal(compareResults(before, swept(3, [16, 16, 16, 16, 16]), options).verdict, "same");
  });

  it("goes by the recovery of a stress too", () => {
    const stressed = (seed: number, recovery: (number | null)[]) => {
      const result = syntheticResult({ talker: { seed, repeats: recovery.length, ...calm } });
      for (const [i, repeat] of (result.scenarios.talker?.repeats ?? []).entries())
        Object.assign(repeat, { recovery: recovery[i] });
      return result;
    };
    const before = stressed(1, [0, 1, 0, 0, 1, 0]);
    const slower = compareResults(before, stressed(1, [6, 7, 6, null, 6, 7]), options);
    assert.match(slower.summary, /^Talker is slower: recovery \d+ ms → 6\.\d+ s/);
  });

  it("gives the same answer for the same results each time", () => {
    const now = changed({ talker: 1.08 });
    assert.deepEqual(compareResults(baseline, now, options), compareResults(baseline, now, options));
  });

  it("asks for more repeats where there are too few, and for about as many as it takes", () => {
    const few = (seed: number, factor: number) => syntheticResult({ talker: { seed, factor, repeats: 3 } });
    const comparison = compareResults(few(1, 1), few(2, 1.2), options);
    assert.equal(comparison.verdict, "not enough data");
    assert.match(comparison.summary, /^Not enough data: about \d+ more repeats? would tell\.$/);
    const more = of(comparison.changes, "talker")?.moreRepeats ?? 0;
    assert.ok(more >= 2 && more < 60, String(more));
    const alone = compareResults(few(1, 1), syntheticResult({ talker: { seed: 2, repeats: 1 } }), options);
    assert.equal(alone.verdict, "not enough data");
  });

  it("takes a noise floor that is asked for", () => {
    const comparison = compareResults(baseline, changed({ talker: 1.15 }), { ...options, noiseFloor: 0.3 });
    assert.deepEqual([comparison.verdict, comparison.noiseFloor], ["same", 0.3]);
  });

  it("leaves invalid repeats out, and compares nothing that is not in both", () => {
    const broken = (repeat: SuiteRepeat, i: number) =>
      i < 5 ? { ...repeat, rate: 1, histograms: {}, invalid: "late" } : repeat;
    const now = withRepeats(changed({}), "talker", broken);
    assert.equal(of(compareResults(baseline, now, options).changes, "talker")?.verdict, "same");
    const other = syntheticResult({ thinker: { seed: 1 } });
    const nothing = compareResults(baseline, other, options);
    assert.deepEqual([nothing.verdict, nothing.changes], ["not enough data", []]);
    assert.match(nothing.summary, /no figure of a scenario in common/);
    assert.ok(nothing.differences.includes("Scenario thinker is not in the baseline."));
  });

  it("lets drift be in both sides where they took turns", () => {
    const drifting = (seed: number, factor: number) => {
      const result = syntheticResult({ talker: { seed, factor, repeats: 16 } });
      return {
        ...withRepeats(result, "talker", (repeat, i) => scaled(repeat, 1 + i / 20)),
        turns: "one",
      };
    };
    const comparison = compareResults(drifting(1, 1), drifting(2, 1.12), options);
    assert.deepEqual([comparison.interleaved, comparison.verdict], [true, "slower"]);
    const apart = compareResults({ ...drifting(1, 1), turns: "two" }, drifting(2, 1.12), options);
    assert.equal(apart.interleaved, false);
    const width = (change?: SuiteMeasureChange) => (change?.change.to ?? 0) - (change?.change.from ?? 0);
    assert.ok(width(of(comparison.changes, "talker")) < width(of(apart.changes, "talker")) / 2);
  });

  it("says what differs around the agent, and that fewer requests succeeded", () => {
    const now = withRepeats(changed({}), "talker", (repeat) => ({ ...repeat, errors: { timeout: 50 } }));
    now.environment = {
      ...now.environment,
      gpus: [{ name: "NVIDIA RTX 4090", driver: "575.51" }],
      models: { http: { model: "llama3.2:3b", quantisation: "Q8_0" } },
    };
    const { differences } = compareResults(baseline, now, options);
    assert.deepEqual(differences, [
      "Driver differs: 570.86 → 575.51.",
      "quantisation of http differs: Q4_K_M → Q8_0.",
      "Errors of talker: 0.0 % → 10.0 %; latencies are of what succeeded.",
    ]);
  });

  it("calls hardly any pair of the same agent slower, also of many scenarios", () => {
    let slower = 0;
    for (let seed = 1; seed <= 15; seed++) {
      const side = (shift: number) =>
        syntheticResult(
          Object.fromEntries(
            Array.from({ length: 4 }, (_, i) => [
              `s${i}`,
              { seed: 1000 * seed + 2 * i + shift, repeats: 10, responses: 60 },
            ]),
          ),
        );
      if (compareResults(side(0), side(1), { ...options, seed }).verdict === "slower") slower++;
    }
    assert.ok(slower <= 2, `${slower} of 15`);
  });
});

function withRepeats(
  result: SuiteResult,
  scenario: string,
  change: (repeat: SuiteRepeat, index: number) => SuiteRepeat,
): SuiteResult {
  const one = result.scenarios[scenario];
  assert.ok(one);
  return { ...result, scenarios: { ...result.scenarios, [scenario]: { ...one, repeats: one.repeats.map(change) } } };
}

function scaled(repeat: SuiteRepeat, factor: number): SuiteRepeat {
  const duration = (repeat.histograms.duration ?? []).map(([bucket, n]) => [bucket * factor, n] as const);
  return { ...repeat, histograms: { duration } };
}
