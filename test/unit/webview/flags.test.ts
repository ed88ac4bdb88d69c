import assert from "node:assert/strict";
import { placeFlags } from "../../../webview/dashboard/tracks/flags.ts";
import type { Mark } from "../../../webview/dashboard/tracks/timeline.ts";

const marks = (...times: number[]): Mark[] =>
  times.map((time) => ({ time, kind: "restart", label: `Run ${time}`, grave: false }));
const place = (all: Mark[], narrow = false) => placeFlags(all, (time) => time, 800, narrow);

describe("The flags over the chart", () => {
  it("stand side by side while there is room", () => {
    assert.deepEqual(
      place(marks(0, 200, 400)).map((f) => [f.row, f.iconOnly]),
      [
        [0, false],
        [0, false],
        [0, false],
      ],
    );
  });

  it("take a second row when they collide, then join their neighbour", () => {
    const flags = place(marks(100, 110, 120, 121));
    assert.deepEqual(
      flags.map((f) => f.row),
      [0, 1],
    );
    assert.equal(flags.at(-1)?.more.length, 2);
  });

  it("are icons only in a narrow panel", () => {
    assert.ok(place(marks(0, 100), true).every((f) => f.iconOnly));
  });

  it("never leave the chart", () => {
    assert.ok(place(marks(799)).every((f) => f.left < 790 && f.left >= 0));
  });
});
