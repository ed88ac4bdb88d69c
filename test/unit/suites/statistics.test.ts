import assert from "node:assert/strict";
import { random } from "../../../src/model/random.ts";
import { holm } from "../../../src/suites/verdicts/holm.ts";
import { deviateOf, student, upperTail } from "../../../src/suites/verdicts/normal.ts";
import { mannWhitney, signedRanks } from "../../../src/suites/verdicts/rankTests.ts";
import { changeOf, level } from "../../../src/suites/verdicts/resampled.ts";
import { normals } from "../../fixtures/suites/synthetic.ts";

const near = (value: number, expected: number, relative = 1e-6) =>
  assert.ok(Math.abs(value - expected) <= relative * Math.abs(expected), `${value}, not ${expected}`);

// Reference values are scipy 1.17.1's.
describe("statistics of suites", () => {
  it("count Mann–Whitney's U exactly (scipy.stats.mannwhitneyu, method='exact')", () => {
    const known: [number[], number[], number, number][] = [
      [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10], 0, 0.007936507936507936],
      [[1.1, 2.3, 3.2, 4.8, 5.5], [2.9, 6.1, 7.4, 8, 9.9], 3, 0.05555555555555555],
      [longer, other, 134, 0.0006645893103706399],
    ];
    for (const [a, b, u, p] of known) {
      const found = mannWhitney(a, b);
      assert.equal(found.u, u);
      near(found.p, p, 1e-9);
    }
  });

  it("find the critical values of the published table (Mann and Whitney 1947; two-sided 0.05)", () => {
    // n, m, the largest U that is significant.
    const table: [number, number, number][] = [
      [4, 4, 0],
      [5, 5, 2],
      [6, 6, 5],
      [8, 8, 13],
      [10, 10, 23],
      [7, 12, 18],
      [15, 15, 64],
      [20, 20, 127],
    ];
    for (const [n, m, critical] of table) {
      assert.ok(pOf(n, m, critical) <= 0.05, `${n}, ${m}`);
      assert.ok(pOf(n, m, critical + 1) > 0.05, `${n}, ${m}`);
    }
  });

  it("count ties in: every deal of the ranks, in numbers of them that can be counted by hand", () => {
    // Ranks 1, 2.5, 2.5, 4: of six deals of two, the sums 3.5 and 6.5 come twice each, 5 twice.
    near(mannWhitney([1, 2], [2, 3]).p, 4 / 6, 1e-12);
    assert.equal(mannWhitney([2, 2, 2], [2, 2]).p, 1);
    assert.equal(mannWhitney([], [1]).p, 1);
  });

  it("agree with themselves where counting gives way to the normal distribution", () => {
    const normal = normals(random(5));
    const values = (n: number, shift: number) => Array.from({ length: n }, () => shift + normal());
    const [a, b] = [values(30, 0), values(30, 0.55)];
    const counted = mannWhitney(a, b).p;
    const approximate = mannWhitney(a, [...b, 1000]).p;
    assert.ok(approximate / counted < 1.1 && approximate / counted > 0.4, `${counted} ${approximate}`);
  });

  it("count signed ranks exactly (scipy.stats.wilcoxon, method='exact')", () => {
    near(signedRanks([1.2, -0.4, 2.2, 3.1, 0.8, -1.1, 2.6, 0.3]).p, 0.109375, 1e-12);
    const differences = [
      2.5, 1.262, -0.699, 0.575, 1.077, 0.311, 1.183, 0.433, 1.167, 1.939, -0.176, 0.703, 0.037, 0.627,
    ];
    near(signedRanks(differences).p, 0.0040283203125, 1e-12);
    assert.equal(signedRanks([0, 0]).p, 1);
  });

  it("know the normal distribution's tail and Student's (scipy.stats.norm.sf, t.ppf)", () => {
    for (const [z, tail] of [
      [0, 0.5],
      [1.959964, 0.0249999991],
      [5, 2.866515719e-7],
      [-3, 0.9986501019683699],
      [8, 6.220960574271786e-16],
    ] as const)
      near(upperTail(z), tail, 3e-7);
    near(deviateOf(0.025), 1.959963985, 1e-6);
    for (const [degrees, t] of [
      [3, 3.18244631],
      [5, 2.57058184],
      [8, 2.30600414],
      [18, 2.10092204],
      [38, 2.02439416],
    ] as const)
      near(student(degrees), t, 0.01);
  });

  it("correct p for many tests (Holm 1979)", () => {
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(6)));
    assert.deepEqual(adjusted, [0.03, 0.06, 0.06, 0.02]);
    assert.deepEqual(holm([]), []);
  });

  it("cover a true change with 95 % intervals, of few repeats and of many", () => {
    for (const n of [6, 20]) {
      let covered = 0;
      const rounds = 160;
      for (let seed = 1; seed <= rounds; seed++) {
        const normal = normals(random(seed * 31));
        const values = (shift: number) => Array.from({ length: n }, () => shift * Math.exp(0.05 * normal()));
        const { from, to } = changeOf({ baseline: values(1), now: values(1.1), paired: false }, random(seed));
        if (from <= 0.1 && to >= 0.1) covered++;
      }
      assert.ok(covered / rounds > 0.9, `${n} repeats: ${covered} of ${rounds}`);
    }
  });

  it("take the middle of the repeats: one that went wrong changes nothing", () => {
    assert.equal(level([1, 1, 1, 1, 100]), 1);
    near(level([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 5.5, 1e-12);
  });
});

/** Of samples without ties that have this U. */
function pOf(n: number, m: number, u: number): number {
  // The first sample's values each lie above as many of the second as it takes.
  const above = Array.from({ length: n }, (_, i) => Math.min(m, Math.max(0, u - (n - 1 - i) * m)));
  const a = above.map((count, i) => count + 0.01 + i / 1000);
  const b = Array.from({ length: m }, (_, i) => i + 1);
  const found = mannWhitney(a, b);
  assert.equal(found.u, u);
  return found.p;
}

const longer = [
  1.0001, 1.0303, 0.973, 0.9148, 0.9556, 0.9056, 1.006, 1.1434, 0.952, 0.9398, 1.0502, 1.0363, 1.0106, 0.9112, 0.9971,
  1.072, 0.8742, 0.9553, 0.8269, 0.879, 0.8318, 0.9768, 0.881, 1.0275, 1.0158,
];
const other = [
  1.0632, 0.8423, 1.0265, 1.078, 1.0956, 0.9296, 1.0327, 0.9823, 0.9991, 1.2045, 0.9992, 1.0798, 1.1835, 1.0219, 1.0713,
  1.0953, 1.0902, 0.9584, 1.0916, 1.241, 0.928, 1.1805, 1.0963, 1.016,
];
