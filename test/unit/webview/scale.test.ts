import assert from "node:assert/strict";
import { axis, rulerTimes } from "../../../webview/dashboard/tracks/scale.ts";

describe("A track's scale", () => {
  it("has the objective among its figures, and round steps from it", () => {
    assert.deepEqual(axis(2.9, 2, 92).ticks, [1, 2, 3]);
    assert.deepEqual(axis(14, 12, 92).ticks, [6, 12]);
  });

  it("keeps the objective alone where a track is low", () => {
    assert.deepEqual(axis(0.35, 0.4, 50).ticks, [0.4]);
  });

  it("holds the highest value with room for its label", () => {
    for (const highest of [0.0004, 0.07, 1, 3.3, 9.9, 47, 812]) {
      const { max, ticks } = axis(highest, undefined, 58);
      assert.ok(max > highest);
      assert.ok(ticks.length > 0 && ticks.every((t) => t < max), `${highest}: ${ticks}`);
    }
  });

  it("rounds sizes to powers of two", () => {
    assert.deepEqual(
      axis(300 * 2 ** 20, undefined, 60, true).ticks.map((t) => t / 2 ** 20),
      [256],
    );
  });

  it("puts the ruler on round times, as far apart as their labels need", () => {
    const { times, step } = rulerTimes(1000, 1600, 55);
    assert.equal(step, 60);
    assert.ok(times.every((t) => t % 60 === 0 && t > 1000 && t <= 1600));
  });
});
