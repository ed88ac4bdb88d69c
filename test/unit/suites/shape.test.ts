import assert from "node:assert/strict";
import { expectedUntil, type Shape, startsOf } from "../../../src/suites/load/shape.ts";

const even = (...segments: [duration: number, from: number, to: number][]): Shape => ({
  spacing: "even",
  segments: segments.map(([duration, from, to]) => ({ duration, from, to })),
});
const firstOf = (shape: Shape, count: number, seed = 1) => {
  const starts = startsOf(shape, seed);
  return Array.from({ length: count }, () => starts.next().value ?? Number.NaN);
};
const rounded = (times: readonly number[]) => times.map((time) => Math.round(time * 1e6) / 1e6);

describe("the starts of an open load", () => {
  it("lie evenly at a constant rate, the first at once", () => {
    assert.deepEqual(rounded(firstOf(even([Number.POSITIVE_INFINITY, 4, 4]), 5)), [0, 0.25, 0.5, 0.75, 1]);
  });

  it("come ever faster on a ramp, as many as its area", () => {
    const starts = [...startsOf(even([10, 0, 20]), 1)];
    assert.equal(starts.length, 100);
    // t² = n: so many have begun after t seconds.
    assert.deepEqual(rounded(starts.slice(0, 5)), rounded([0, 1, Math.SQRT2, Math.sqrt(3), 2]));
    assert.equal(expectedUntil(even([10, 0, 20]), 5), 25);
  });

  it("go from step to step without a gap, and pause where the rate is nothing", () => {
    assert.deepEqual(rounded([...startsOf(even([1, 2, 2], [1, 4, 4]), 1)]), [0, 0.5, 1, 1.25, 1.5, 1.75]);
    assert.deepEqual(rounded([...startsOf(even([1, 2, 2], [5, 0, 0], [1, 1, 1]), 1)]), [0, 0.5, 6]);
  });

  it("come by chance with the rate's mean and spread, the same for the same seed", () => {
    const shape: Shape = { spacing: "poisson", segments: [{ duration: 1000, from: 50, to: 50 }] };
    const starts = [...startsOf(shape, 7)];
    const gaps = starts.map((time, i) => time - (starts[i - 1] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    assert.ok(Math.abs(starts.length - 50_000) < 1000, `${starts.length}`);
    assert.ok(Math.abs(deviation / mean - 1) < 0.05, `${deviation / mean}`);
    assert.deepEqual(starts.slice(0, 100), firstOf(shape, 100, 7));
    assert.notDeepEqual(starts.slice(0, 100), firstOf(shape, 100, 8));
  });

  it("are those of a recording", () => {
    assert.deepEqual([...startsOf({ times: Float64Array.of(0, 0.5, 3) }, 1)], [0, 0.5, 3]);
  });
});
