import assert from "node:assert/strict";
import { judgeReliability, turnsToProve, wilsonInterval } from "../../../webview/dashboard/reliability.ts";

describe("Voice reliability", () => {
  it("takes 381 turns without a failure, 563 with one, 726 with two to prove 99 %", () => {
    assert.deepEqual(
      [0, 1, 2].map((failures) => turnsToProve(failures)),
      [381, 563, 726],
    );
  });

  it("has Wilson's interval: 100 of 100 only shows at least 96.3 %", () => {
    const [low, high] = wilsonInterval(100, 100);
    assert.equal(low.toFixed(3), "0.963");
    assert.equal(high, 1);
  });

  it("is not proven by 411 of 412, and 151 more turns would prove it", () => {
    const judged = judgeReliability({ success: 411, failure: 1 });
    assert.equal(judged?.verdict, "not proven");
    assert.equal(judged?.missingTurns, 151);
    assert.equal(((judged?.rate ?? 0) * 100).toFixed(2), "99.76");
    assert.equal(((judged?.low ?? 0) * 100).toFixed(2), "98.64");
    assert.equal(((judged?.high ?? 0) * 100).toFixed(2), "99.96");
  });

  it("is missed once the whole interval lies below the objective", () => {
    assert.equal(judgeReliability({ success: 400, failure: 12 })?.verdict, "missed");
  });

  it("is proven at 563 of 564", () => {
    assert.equal(judgeReliability({ success: 563, failure: 1 })?.verdict, "proven");
  });

  it("has no verdict without a turn", () => {
    assert.equal(judgeReliability({ success: 0, failure: 0 }), undefined);
  });
});
