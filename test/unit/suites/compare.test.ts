import assert from "node:assert/strict";
import type {
  SuiteComparison,
  SuiteMeasureChange,
  SuiteRepeat,
  SuiteResult,
  SuiteScenarioResult,
} from "../../../src/model/suites.ts";
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

  it("makes no exit code of what says nothing, whatever it compares to", () => {
    const now = changed({ talker: 1.15 });
    const comparison = compareResults(baseline, now, options);
    assert.equal(exitCodeOf({ ...now, comparison, status: "invalid" }), 2);
    assert.equal(exitCodeOf({ ...changed({}), status: "partial" }), 2);
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

  it("tells of one repeat how many more could tell, in figures that are figures", () => {
    for (const repeats of [1, 2, 3])
      for (const turns of [undefined, "one"]) {
        const side = (seed: number): SuiteResult => ({
          ...syntheticResult({ talker: { seed, repeats, responses: 60, errors: 0.1 } }),
          ...(turns !== undefined && { turns }),
        });
        const comparison = compareResults(side(1), side(2), options);
        assert.equal(comparison.verdict, "not enough data");
        assert.match(comparison.summary, /about \d+ more repeats would tell\.$/);
        assertFinite(comparison, `${repeats} repeats, ${turns ?? "apart"}`);
      }
  });

  it("has figures also of what is nothing in some repeats", () => {
    const halting = (seed: number) =>
      withRepeats(syntheticResult({ talker: { seed, repeats: 6 } }), "talker", (repeat, i) => ({
        ...repeat,
        goodput: i < 2 ? 0 : repeat.goodput,
        resources: { gauges: {}, growth: { heap: { value: i - 2, from: 0, to: 1, verdict: "inconclusive" } } },
      }));
    assertFinite(compareResults(halting(1), halting(2), options), "apart");
    const turns = { turns: "one" };
    assertFinite(compareResults({ ...halting(1), ...turns }, { ...halting(2), ...turns }, options), "in turns");
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
      "Errors of talker: 0 % → 10 %; latencies are of what succeeded.",
    ]);
  });

  it("goes by the share of errors: answers that fail at once make no agent faster", () => {
    const failing = syntheticResult({ talker: { seed: 13, factor: 0.1, errors: 0.58, ...calm } });
    const comparison = compareResults(baseline, failing, options);
    assert.equal(comparison.verdict, "slower");
    assert.match(comparison.summary, /^Talker fails more often: errors 0 % → 58 %, \+58 points \[5\d, [56]\d\]\.$/);
    assert.equal(exitCodeOf({ ...failing, comparison }), 1);
    assert.deepEqual(
      comparison.changes.filter(({ verdict }) => verdict === "faster"),
      [],
    );
    assert.ok(comparison.noiseFloor < 0.1);
    const back = compareResults(failing, baseline, options);
    assert.match(back.summary, /^Talker is slower/, "those that succeed take longer");
    assert.equal(of(back.changes, "talker", "errors", null)?.verdict, "faster");
  });

  it("calls fewer errors better, also those that came in bursts, and as many of them the same", () => {
    const failing = (seed: number, errors: number) => syntheticResult({ talker: { seed, errors, ...calm } });
    const fewer = compareResults(failing(1, 0.2), failing(13, 0.02), options);
    assert.deepEqual([fewer.verdict, exitCodeOf({ ...failing(13, 0.02), comparison: fewer })], ["faster", 0]);
    assert.match(fewer.summary, /^Talker fails less often: errors 2\d % → [12]\.\d %, −1\d points/);
    const alike = compareResults(failing(1, 0.02), failing(13, 0.02), options);
    assert.equal(of(alike.changes, "talker", "errors", null)?.verdict, "same");
    const bursts = withRepeats(changed({}), "talker", (repeat, i) =>
      i % 5 < 3 ? repeat : { ...repeat, errors: { reset: 200 } },
    );
    assert.match(compareResults(baseline, bursts, options).summary, /^Talker fails more often: errors 0 % → 16 %/);
  });

  it("decides nothing by a scenario of the same name that was asked for another load, and says so", () => {
    const asked = (change: object) => {
      const now = changed({ talker: 0.5 });
      Object.assign(now.scenarios.talker ?? {}, change);
      return now;
    };
    const { differences, summary, verdict, changes } = compareResults(baseline, asked({ load: "8 users" }), options);
    assert.equal(verdict, "same", summary);
    assert.deepEqual(differences, ["The load of talker differs, 4 users → 8 users: it decides nothing."]);
    const own = changes.filter(({ scenario }) => scenario === "talker");
    assert.ok(own.length > 3 && own.every((one) => !one.decides && one.verdict === "not enough data"));
    const alone = { ...asked({ load: "8 users" }), suite: "other" };
    delete alone.scenarios.rag_search;
    const nothing = compareResults(baseline, alone, options);
    assert.equal(
      nothing.summary,
      "Not enough data: nothing can be compared, as the load of talker differs, 4 users → 8 users.",
    );
    assert.equal(nothing.differences[0], "The suite differs, default → other.");
    const before = { ...baseline, scenarios: { ...baseline.scenarios } };
    before.scenarios.talker = { ...(before.scenarios.talker as SuiteScenarioResult), kind: "http", duration: 10 };
    assert.deepEqual(compareResults(before, asked({ kind: "stdio", duration: 5, warmUp: 1 }), options).differences, [
      "The kind of target of talker differs, http → stdio: it decides nothing.",
      "The duration of talker differs, 10 s → 5 s.",
    ]);
    const partial = { ...baseline, status: "partial" as const, reason: "Ctrl+C" };
    assert.deepEqual(compareResults(partial, changed({}), options).differences, ["The baseline is partial: Ctrl+C."]);
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

function assertFinite({ changes, noiseFloor }: SuiteComparison, what: string): void {
  assert.ok(changes.length > 0 && Number.isFinite(noiseFloor), what);
  for (const one of changes) {
    const { change, p, adjustedP, moreRepeats = 0 } = one;
    const figures = [one.baseline, one.now, one.noiseFloor, p, adjustedP, moreRepeats, ...Object.values(change)];
    assert.ok(figures.every(Number.isFinite), `${what}: ${JSON.stringify(one)}`);
  }
}

function scaled(repeat: SuiteRepeat, factor: number): SuiteRepeat {
  const duration = (repeat.histograms.duration ?? []).map(([bucket, n]) => [bucket * factor, n] as const);
  return { ...repeat, histograms: { duration } };
}
