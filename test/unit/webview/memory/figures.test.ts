import assert from "node:assert/strict";
import {
  confidenceText,
  growthText,
  levelText,
  perTurnText,
  slopeText,
} from "../../../../webview/dashboard/memory/figures.ts";

const MIB = 2 ** 20;
const aMinute = (value: number, from: number, to: number) => ({ value: value / 60, from: from / 60, to: to / 60 });

describe("Figures of the page of memory", () => {
  it("gives a slope and its interval one unit, with their signs", () => {
    assert.deepEqual(slopeText("By", aMinute(1.94 * MIB, 1.72 * MIB, 2.13 * MIB)), {
      slope: "+1.94 MiB/min",
      interval: "[1.72, 2.13]",
    });
    assert.deepEqual(slopeText("By", aMinute(20 * 1024, -40 * 1024, 1.5 * MIB)), {
      slope: "+0.02 MiB/min",
      interval: "[−0.04, 1.50]",
    });
    assert.deepEqual(slopeText("1", aMinute(-21.4, -21.6, -21.1)), { slope: "−21.4/min", interval: "[−21.6, −21.1]" });
  });

  it("calls what does not move 0, without a unit", () => {
    assert.deepEqual(slopeText("By", aMinute(0, 0, 0)), { slope: "0", interval: "[0, 0]" });
    assert.deepEqual(slopeText("1", aMinute(0.001, -0.002, 0.003)), { slope: "0", interval: "[0, 0]" });
  });

  it("tells growth a turn, or nothing where turns were not counted", () => {
    const turn = (value: number) => ({ value, from: value, to: value });
    assert.equal(perTurnText("By", turn(93 * 1024)), "+93.0 KiB");
    assert.equal(perTurnText("By", turn(-93 * 1024)), "−93.0 KiB");
    assert.equal(perTurnText("By", turn(0.2)), "0");
    assert.equal(perTurnText("1", turn(1)), "+1.00");
    assert.equal(perTurnText("1", null), "");
  });

  it("says growth in words, by the hour where a minute has little of it", () => {
    assert.equal(growthText("By", aMinute(1.94 * MIB, 0, 0)), "1.94 MiB a minute");
    assert.equal(growthText("1", aMinute(21.4, 0, 0)), "21.4 a minute");
    assert.equal(growthText("1", aMinute(0.05, 0, 0)), "3.00 an hour");
  });

  it("counts whole, and never rounds up to certainty", () => {
    assert.equal(levelText("1", 1024), "1,024");
    assert.equal(levelText("By", 142 * MIB), "142 MiB");
    assert.equal(confidenceText(0.9999), "0.99");
    assert.equal(confidenceText(0.57), "0.57");
    assert.equal(confidenceText(1), "1.00");
  });
});
