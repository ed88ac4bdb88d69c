import assert from "node:assert/strict";
import type { SuiteRepeat } from "../../../src/model/suites.ts";
import { meanOf, quantileOf } from "../../../src/suites/histograms.ts";
import { brokenObjective, judgeObjective, responseLimits } from "../../../src/suites/objectives/judge.ts";
import { type Objective, ObjectiveError, parseObjective } from "../../../src/suites/objectives/objective.ts";
import { triesToProve, wilson } from "../../../src/suites/objectives/wilson.ts";
import { histogramOf, syntheticRepeats } from "../../fixtures/suites/synthetic.ts";

const told = (text: string) => {
  const { subject, comparison, limit, unit } = parseObjective(text);
  const about = subject.kind === "latency" ? [subject.measure, subject.statistic] : [subject.kind];
  return [...about, comparison, limit, unit];
};

describe("objectives of suites", () => {
  it("read as they are written, in SI base units", () => {
    assert.deepEqual(told("p95 < 2s"), ["duration", 0.95, "<", 2, "s"]);
    assert.deepEqual(told(" p99 firstToken<500ms "), ["firstToken", 0.99, "<", 0.5, "s"]);
    assert.deepEqual(told("interToken p99.9 <= 50 ms"), ["interToken", 0.999, "<=", 0.05, "s"]);
    assert.deepEqual(told("median stage:stt < 1 min"), ["stage:stt", 0.5, "<", 60, "s"]);
    assert.deepEqual(told("mean < 1.5s"), ["duration", "mean", "<", 1.5, "s"]);
    assert.deepEqual(told("errors < 1%"), ["errors", "<", 0.01, "1"]);
    assert.deepEqual(told("errors <= 0"), ["errors", "<=", 0, "1"]);
    assert.deepEqual(told("rate > 3000/min"), ["rate", ">", 50, "1/s"]);
    assert.deepEqual(told("voice success >= 99%"), ["voice success", ">=", 0.99, "1"]);
    assert.deepEqual(told("recovery < 10s"), ["recovery", "<", 10, "s"]);
    assert.deepEqual(told("best >= 20"), ["best", ">=", 20, "count"]);
    const growth = parseObjective("rss growth < 1 MiB/min");
    assert.deepEqual(growth.subject, { kind: "growth", series: "process.memory.usage" });
    assert.ok(Math.abs(growth.limit - 2 ** 20 / 60) < 1e-6);
    assert.deepEqual(parseObjective("gpu memory < 20GiB").subject, {
      kind: "gauge",
      series: "hw.gpu.memory.usage",
      of: "max",
    });
    assert.deepEqual(parseObjective("mean cpu < 80%").subject, {
      kind: "gauge",
      series: "process.cpu.utilization",
      of: "mean",
    });
  });

  it("say what is wrong, where, and what was meant", () => {
    const wrong: [string, RegExp, string][] = [
      ["p95 2s", /compares nothing/, "p95 2s"],
      ["p95 < ", /figure is missing: p95 < 2s/, ""],
      ["p95 < 2 apples", /such as 2s or 500ms, not "2 apples"/, "2 apples"],
      ["p95 < 2", /such as 2s/, "2"],
      ["p95 < -2s", /such as 2s/, "-2s"],
      ["p99 fristToken < 1s", /did you mean firstToken\?/, "fristToken"],
      ["firstToken < 1s", /p95 firstToken/, "firstToken"],
      ["p100 < 1s", /no percentile/, "p100"],
      ["p0 < 1s", /no percentile/, "p0"],
      ["errors < 5", /such as 1%/, "5"],
      ["< 5s", /missing/, ""],
      ["p95 p99 < 5s", /stand beside/, "p99"],
      ["constructor < 5s", /nothing that is measured/, "constructor"],
      ["__proto__ growth < 5s", /nothing that is measured/, "__proto__"],
      ["cpu growth < 5%", /nothing that is measured|stand beside/, "cpu"],
    ];
    for (const [text, message, place] of wrong)
      assert.throws(
        () => parseObjective(text),
        (error: unknown) => {
          assert.ok(error instanceof ObjectiveError, text);
          assert.match(error.message, message);
          assert.equal(text.slice(error.from, error.to), place, text);
          return true;
        },
      );
  });

  const repeats = syntheticRepeats({ seed: 3, repeats: 5, responses: 200 });
  const judge = (text: string, judged = repeats) => judgeObjective(parseObjective(text), { repeats: judged }, "chat");
  const first = repeats[0] as SuiteRepeat;
  const withChange = (change: Partial<SuiteRepeat>): SuiteRepeat[] => [{ ...first, ...change }];

  it("are met or missed by all valid repeats together", () => {
    const met = judge("p95 < 2s");
    assert.deepEqual([met.scenario, met.objective, met.verdict], ["chat", "p95 < 2s", "met"]);
    assert.ok((met.value ?? 0) > 0.8 && (met.value ?? 9) < 1.6);
    assert.equal(judge("p95 < 100ms").verdict, "missed");
    assert.equal(judge("p50 firstToken < 1s").verdict, "met");
    assert.equal(judge("rate > 1000000/s").verdict, "missed");
    const invalid = repeats.map((one) => ({ ...one, invalid: "the generator fell behind" }));
    assert.deepEqual([judge("p95 < 2s", invalid).verdict, judge("p95 < 2s", invalid).value], ["not proven", null]);
    assert.equal(judge("errors < 1%", withChange({ errors: { timeout: 3 } })).verdict, "missed");
    assert.equal(judge("p50 interToken < 1s").verdict, "not proven");
  });

  it("need enough responses for a percentile, unless it is missed already", () => {
    const few = withChange({ histograms: { duration: histogramOf(Array(30).fill(1)) } });
    assert.equal(judge("p99 < 2s", few).note, "70 more responses");
    assert.equal(judge("p99 < 0.5s", few).verdict, "missed");
    assert.equal(judge("p95 < 2s", few).verdict, "met");
  });

  it("of a percentile hold requests that timed out for longer than all others", () => {
    const duration = histogramOf(Array(96).fill(0.1));
    const lost = (timeout: number) =>
      withChange({ errors: { timeout }, histograms: { duration, firstToken: duration } });
    assert.equal(judge("p95 < 2s", lost(4)).verdict, "met");
    const missed = judge("p95 < 2s", lost(12));
    assert.deepEqual([missed.verdict, missed.value, missed.note], ["missed", null, "12 of 108 had no answer in time"]);
    assert.equal(judge("max < 2s", lost(1)).verdict, "missed");
    assert.equal(judge("p95 firstToken < 2s", lost(12)).verdict, "met");
    // Others that failed are no slow answers: of them errors tell.
    const refused = withChange({ errors: { refused: 96 }, histograms: { duration } });
    assert.equal(judge("p95 < 2s", refused).verdict, "met");
  });

  it("take what is counted for no shorter than it was", () => {
    for (const seconds of [0.1, 2.0004, 7.3, 61.7]) {
      const one = histogramOf([seconds]);
      for (const value of [quantileOf(one, 0.5), quantileOf(one, 1)])
        assert.ok(value >= seconds - 1e-6 && value <= seconds * 1.001, `${value}`);
      assert.ok(Math.abs(meanOf(one) / seconds - 1) <= 0.0005);
    }
    const few = withChange({ histograms: { duration: histogramOf(Array(30).fill(2.0004)) } });
    assert.equal(judge("p50 < 2s", few).verdict, "missed");
  });

  it("are proven by the least that an agent can do where a sweep could go no further, and not missed by it", () => {
    const level = { level: 80, requests: 9, errors: 0, rate: 1, goodput: 1, p50: 1, p95: 1, met: true };
    const levels = [level, { ...level, level: 160, met: false, invalid: "The generator fell behind." }];
    const best = (text: string, change: Partial<SuiteRepeat>) =>
      judgeObjective(parseObjective(text), { repeats: withChange({ best: 80, ...change }), best: 80 });
    assert.equal(best("best >= 80", { levels }).verdict, "met");
    const unknown = best("best >= 100", { levels });
    assert.deepEqual([unknown.verdict, unknown.value], ["not proven", 80]);
    assert.equal(best("best < 50", { levels }).verdict, "missed");
    assert.equal(best("best < 100", { levels }).verdict, "not proven");
    assert.equal(best("best >= 100", { levels: [level] }).verdict, "missed");
  });

  it("prove shares by Wilson's interval, and tell how many more it takes", () => {
    const voice = (success: number, failure: number) =>
      judge("voice success >= 99%", withChange({ voice: { success, failure } }));
    assert.deepEqual([voice(381, 0).verdict, voice(380, 0).verdict], ["met", "not proven"]);
    assert.match(voice(100, 0).note ?? "", /96\.3 % to 100\.0 %: 281 more voice interactions without a failure/);
    assert.equal(voice(90, 10).verdict, "missed");
    assert.equal(judge("voice success >= 99%").verdict, "not proven");
  });

  it("judge growth by its interval, over all repeats", () => {
    const grown = (value: number, half: number) => {
      const growth = { value, from: value - half, to: value + half, verdict: "leak" };
      return { gauges: {}, growth: { "process.memory.usage": growth } };
    };
    const all = (value: number, half: number) => repeats.map((one) => ({ ...one, resources: grown(value, half) }));
    assert.equal(judge("rss growth < 1 MiB/min", all(1000, 500)).verdict, "met");
    assert.equal(judge("rss growth < 1 MiB/min", all(40_000, 5000)).verdict, "missed");
    const unsure = judge("rss growth < 1 MiB/min", all(17_000, 50_000));
    assert.match(unsure.note ?? "", /−314 KiB\/min to 2\.25 MiB\/min: run it for longer/);
    assert.match(judge("heap growth < 1 MiB/min").note ?? "", /nothing told v8js\.memory\.heap\.used/);
  });

  it("end a run that breaks them, once their delay is over", () => {
    const objective = parseObjective("p95 < 100ms");
    const soFar = { ...first, duration: 4 };
    assert.equal(brokenObjective([{ objective, delay: 5 }], soFar), undefined);
    assert.equal(brokenObjective([{ objective, delay: 4 }], soFar)?.verdict, "missed");
    assert.equal(brokenObjective([{ objective: parseObjective("p95 < 9s"), delay: 0 }], soFar), undefined);
  });

  it("end no run by a rate that what is under way may still mend", () => {
    const objectives = ["rate > 1/s", "goodput > 1/s", "tokens > 100/s"].map((text) => ({
      objective: parseObjective(text),
      delay: 0,
    }));
    const soFar = { ...first, duration: 5.9, requests: 4, rate: 4 / 5.9, goodput: 4 / 5.9, outputTokens: 400 };
    assert.equal(brokenObjective(objectives, soFar, { underWay: 4 }), undefined);
    assert.equal(brokenObjective(objectives, soFar, { underWay: 1 })?.objective, "rate > 1/s");
  });

  it("tell what one response has to keep", () => {
    const all = ["p95 < 2s", "p99 firstToken < 500ms", "errors < 1%"].map(parseObjective) as Objective[];
    assert.deepEqual(responseLimits(all), [
      { measure: "duration", limit: 2 },
      { measure: "firstToken", limit: 0.5 },
    ]);
    // Half of all responses may take longer than the median.
    const loose = ["median < 800ms", "mean < 1s", "p75 interToken < 50ms", "max < 10s"].map(parseObjective);
    assert.deepEqual(responseLimits(loose), [{ measure: "duration", limit: 10 }]);
  });
});

describe("Wilson's interval", () => {
  it("has the values of scipy.stats.binomtest(k, n).proportion_ci(method='wilson')", () => {
    const known: [number, number, number, number][] = [
      [100, 100, 0.9630065, 1],
      [9, 10, 0.5958499, 0.9821238],
      [562, 563, 0.9900083, 0.9996864],
      [381, 381, 0.9900181, 1],
    ];
    for (const [hits, total, low, high] of known) {
      const { from, to } = wilson(hits, total);
      assert.ok(Math.abs(from - low) < 2e-7 && Math.abs(to - high) < 2e-7, `${hits} of ${total}: ${from} ${to}`);
    }
  });

  it("tells the tries that prove a share: 381 for 99 %, 563 with one failure", () => {
    assert.deepEqual(
      [triesToProve(0, 0, 0.99), triesToProve(0, 1, 0.99), triesToProve(0, 0, 1)],
      [381, 562, undefined],
    );
  });
});
