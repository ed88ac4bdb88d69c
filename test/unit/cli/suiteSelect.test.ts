import assert from "node:assert/strict";
import { selected } from "../../../src/cli/suite/select.ts";
import { readSuite } from "../../../src/suites/format/readSuite.ts";

describe("what the command line wants of a suite otherwise", () => {
  it("is a duration of every load, also of those whose parts have times of their own", async () => {
    const scenario = (load: object) => ({ target: "it", request: {}, warmUp: "5s", load });
    const form = {
      targets: { it: { kind: "http", url: "http://127.0.0.1:1" } },
      scenarios: {
        users: { ...scenario({ kind: "users", users: 1 }), count: 7 },
        steps: scenario({ kind: "steps", rates: [1, 2], each: "30s" }),
        sweep: scenario({ kind: "sweep", of: "users", from: 1, to: 2, each: "30s" }),
        stress: scenario({ kind: "stress", of: "users", base: 1, peak: 2, before: "10s", hold: "10s", after: "20s" }),
      },
    };
    const surroundings = { workspaceFolder: "/", env: {} };
    const { suite } = await readSuite({ name: "all", folder: "/", form }, surroundings);
    assert.ok(suite);
    const [users, steps, sweep, stress] = selected(suite, { duration: 4 }).scenarios;
    assert.deepEqual([users?.duration, users?.count, users?.warmUp], [4, undefined, 4]);
    assert.deepEqual(steps?.load, { kind: "steps", rates: [1, 2], each: 2 });
    assert.ok(sweep?.load.kind === "sweep" && sweep.load.each === 4);
    assert.ok(stress?.load.kind === "stress");
    const { before, hold, after } = stress.load;
    assert.deepEqual([before, hold, after], [1, 1, 2]);
  });
});
