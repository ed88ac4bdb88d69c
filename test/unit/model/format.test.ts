import assert from "node:assert/strict";
import {
  formatAge,
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  queryTypeTitle,
  threeDigits,
  trimZeros,
} from "../../../src/model/format.ts";

describe("Figures for eyes", () => {
  it("have three significant digits", () => {
    assert.deepEqual([629, 1.2351, 13.06, 0.0421, 0, -4.5, 99.96].map(threeDigits), [
      "629",
      "1.24",
      "13.1",
      "0.0421",
      "0",
      "−4.50",
      "100",
    ]);
  });

  it("tell durations in milliseconds only under a second", () => {
    assert.deepEqual([0.629, 0.9994, 0.9996, 1.24, 13.06, 599, 600, 8040].map(formatDuration), [
      "629 ms",
      "999 ms",
      "1.00 s",
      "1.24 s",
      "13.1 s",
      "599 s",
      "10 min",
      "2 h 14 min",
    ]);
  });

  it("tell ages in whole units", () => {
    assert.deepEqual([8.9, 41 * 60, 8040, 273_600].map(formatAge), ["8 s", "41 min", "2 h 14 min", "3 d 4 h"]);
  });

  it("tell sizes in binary units", () => {
    assert.deepEqual([512, 96 * 2 ** 20, 1.94 * 2 ** 30, 999.7 * 2 ** 20].map(formatBytes), [
      "512 B",
      "96.0 MiB",
      "1.94 GiB",
      "0.976 GiB",
    ]);
  });

  it("tell ratios in percent with a true minus", () => {
    assert.equal(formatPercent(0.9976, 2), "99.76 %");
    assert.equal(formatPercent(-0.05), "−5 %");
  });

  it("leave out zeros in limits, and set thousands apart in counts", () => {
    assert.deepEqual(["2.00 s", "1.50 s", "400 ms", "10.0 s", "1.05 s"].map(trimZeros), [
      "2 s",
      "1.5 s",
      "400 ms",
      "10 s",
      "1.05 s",
    ]);
    assert.deepEqual([0, 999, 12_480, 1_000_000].map(formatCount), ["0", "999", "12,480", "1,000,000"]);
  });

  it("say what is not a number as a dash", () => {
    assert.deepEqual([formatDuration(Number.NaN), formatBytes(Number.NaN), formatPercent(Number.NaN)], ["–", "–", "–"]);
  });

  it("name query types as headings do", () => {
    assert.deepEqual(["rag_search", "talker", "my_tool"].map(queryTypeTitle), ["RAG search", "Talker", "my_tool"]);
    const inherited = ["constructor", "toString", "__proto__"];
    assert.deepEqual(inherited.map(queryTypeTitle), inherited);
  });
});
