import { strict as assert } from "node:assert";
import { seriesKinds, syntheticSeries } from "../../../bench/support/syntheticSeries.ts";
import { judgeTrend } from "../../../src/judges/leaks/trend/judgeTrend.ts";
import type { Course } from "../../../src/judges/leaks/trend/line.ts";
import { mannKendall } from "../../../src/judges/leaks/trend/mannKendall.ts";
import { normal } from "../../../src/judges/leaks/trend/statistics.ts";

const course = (values: readonly number[], step = 1): Course => ({
  x: Float64Array.from(values, (_, i) => i * step),
  y: Float64Array.from(values),
});
const wobble = (i: number) => Math.sin(i * 12.9898) * 0.5;

describe("the trend judge", () => {
  for (const kind of seriesKinds)
    it(`judges ${kind} as it is`, () => {
      const verdicts = Array.from({ length: 20 }, (_, seed) => judgeTrend(syntheticSeries(kind, seed + 1)).verdict);
      const leaks = verdicts.filter((verdict) => verdict === "leak").length;
      if (kind.includes("leak")) assert.ok(leaks >= 17, `${leaks} of 20 found`);
      else assert.ok(leaks <= 1, `${leaks} of 20 were false alarms`);
    });

  it("tells the slope with an interval that holds it, per unit of x", () => {
    const trend = judgeTrend(
      course(
        Array.from({ length: 300 }, (_, i) => 1000 + 2 * i + 5 * wobble(i)),
        0.5,
      ),
    );
    assert.equal(trend.verdict, "leak");
    assert.equal(trend.pattern, "steady");
    assert.ok(Math.abs(trend.slope - 4) < 0.1, `${trend.slope}`);
    assert.ok(trend.from <= 4 && 4 <= trend.to, `${trend.from} to ${trend.to}`);
    assert.ok(Math.abs(trend.growth - 600) < 20, `${trend.growth}`);
    assert.ok(trend.confidence > 0.95 && trend.confidence < 1);
  });

  it("names the pattern", () => {
    const steps = Array.from({ length: 240 }, (_, i) => 1000 + 80 * Math.floor(i / 30) + wobble(i));
    assert.deepEqual(pick(judgeTrend(course(steps))), { verdict: "leak", pattern: "stepwise" });
    const filling = Array.from({ length: 240 }, (_, i) => 1000 + 500 * (1 - Math.exp(-i / 20)) + wobble(i));
    assert.deepEqual(pick(judgeTrend(course(filling))), { verdict: "no-leak", pattern: "plateau" });
    const teeth = Array.from({ length: 600 }, (_, i) => 1000 + 20 * (i % 24) + wobble(i));
    assert.deepEqual(pick(judgeTrend(course(teeth))), { verdict: "no-leak", pattern: "saw-tooth" });
    const level = Array.from({ length: 240 }, (_, i) => 1000 + wobble(i));
    assert.deepEqual(pick(judgeTrend(course(level))), { verdict: "no-leak", pattern: "level" });
  });

  it("does not take a saw-tooth of few teeth for a leak, and sees one under it", () => {
    const teeth = (period: number, rise: number) =>
      course(
        Array.from({ length: 80 }, (_, i) => 40 + Math.round((20 * (i % period)) / period) + rise * i),
        30,
      );
    for (const period of [8, 10, 14, 20])
      assert.equal(judgeTrend(teeth(period, 0)).verdict, "no-leak", `${period} readings a tooth`);
    for (const period of [8, 10, 14, 20])
      assert.equal(judgeTrend(teeth(period, 1)).verdict, "leak", `${period} readings a tooth`);
  });

  it("judges the feet of a saw-tooth", () => {
    const teeth = Array.from({ length: 600 }, (_, i) => 1000 + 20 * (i % 24) + 0.3 * i + wobble(i));
    const trend = judgeTrend(course(teeth));
    assert.equal(trend.verdict, "leak");
    assert.ok(Math.abs(trend.slope - 0.3) < 0.05, `${trend.slope}`);
  });

  it("says what is missing when there are too few readings", () => {
    const trend = judgeTrend(course([1, 2, 3]));
    assert.equal(trend.verdict, "inconclusive");
    assert.match(trend.reason, /3 readings are too few: 12 are needed/);
    assert.equal(judgeTrend(course([])).verdict, "inconclusive");
  });

  it("does not tell of less than is asked for", () => {
    const rising = course(Array.from({ length: 240 }, (_, i) => 1000 + 0.1 * i));
    assert.equal(judgeTrend(rising).verdict, "leak");
    assert.equal(judgeTrend(rising, { leastAmount: 50 }).verdict, "no-leak");
    assert.equal(judgeTrend(rising, { leastGrowth: 0.1 }).verdict, "no-leak");
  });

  it("takes values that are all the same, or fall", () => {
    assert.equal(judgeTrend(course(new Array(100).fill(7))).verdict, "no-leak");
    assert.equal(judgeTrend(course(Array.from({ length: 100 }, (_, i) => 1000 - i))).verdict, "no-leak");
    assert.equal(judgeTrend(course(new Array(100).fill(0))).verdict, "no-leak");
  });
});

const pick = ({ verdict, pattern }: ReturnType<typeof judgeTrend>) => ({ verdict, pattern });

describe("Mann–Kendall's test", () => {
  // S and its variance by hand: 10 readings, 45 pairs.
  it("gives z of a series by its pairs", () => {
    const { plain, slope } = mannKendall(course([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
    assert.ok(Math.abs(plain - 44 / Math.sqrt(125)) < 1e-9, `${plain}`);
    assert.equal(slope, 1);
  });

  it("counts ties in the variance", () => {
    const { z } = mannKendall(course([1, 1, 2, 2, 3, 3]));
    // S = 12, var = (6·5·17 − 3·(2·1·9)) / 18.
    assert.ok(Math.abs(z - 11 / Math.sqrt((510 - 54) / 18)) < 1e-9, `${z}`);
  });

  it("compares within strata alone", () => {
    const jumped = course([1, 2, 3, 4, 5, 101, 102, 103, 104, 105]);
    assert.ok(mannKendall(jumped, [5]).plain < mannKendall(jumped).plain);
    assert.equal(mannKendall(jumped, [5]).slope, 1);
  });

  it("believes less of readings that are like the one before", () => {
    let value = 0;
    const walk = Array.from({ length: 200 }, (_, i) => (value = 0.95 * value + wobble(i * 7919)));
    const { z, plain } = mannKendall(course(walk));
    assert.ok(Math.abs(z) <= Math.abs(plain));
  });
});

it("the normal distribution is as in the tables", () => {
  for (const [z, p] of [
    [0, 0.5],
    [1, 0.8413447],
    [1.96, 0.9750021],
    [-2.5, 0.0062097],
  ] as const)
    assert.ok(Math.abs(normal(z) - p) < 1e-6, `${z}`);
});
