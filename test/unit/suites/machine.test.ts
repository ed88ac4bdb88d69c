import assert from "node:assert/strict";
import { parseCpuTimes, readCpuTimes } from "../../../src/suites/environment/cpuTimes.ts";
import { judgeMachine, variationOf } from "../../../src/suites/environment/judgeMachine.ts";
import { MachineWatch } from "../../../src/suites/environment/machineWatch.ts";
import { syntheticResult } from "../../fixtures/suites/synthetic.ts";

const { scenarios } = syntheticResult({ talker: { seed: 1, repeats: 6 } });

describe("the machine beside a suite", () => {
  it("is read from /proc/stat", () => {
    const stat = "cpu  100 20 30 800 40 5 6 7 50 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n";
    assert.deepEqual(parseCpuTimes(stat), { busy: 161, idle: 840, steal: 7 });
    assert.equal(parseCpuTimes("intr 1"), undefined);
    const { busy, idle } = readCpuTimes();
    assert.ok(busy > 0 && idle > 0);
  });

  it("is quiet, noisy or unstable, in words", () => {
    assert.equal(judgeMachine(scenarios, { steal: 0.001, otherLoad: 0.02, throttled: false }).verdict, "quiet");
    const noisy = judgeMachine(scenarios, { steal: 0.08, otherLoad: 0.4, throttled: true });
    assert.equal(noisy.verdict, "noisy");
    assert.deepEqual(noisy.notes, [
      "The host took 8.0 % of the CPU for other guests.",
      "Other programs used 40 % of the machine's CPU.",
      "A processor was slowed down by heat.",
    ]);
    const wild = syntheticResult({ talker: { seed: 1, repeats: 8, between: 0.4 } }).scenarios;
    const unstable = judgeMachine(wild, {});
    assert.equal(unstable.verdict, "unstable");
    assert.match(unstable.notes[0] ?? "", /^talker is unstable: its repeats vary by \d\d %\.$/);
  });

  it("varies by what its repeats' medians do", () => {
    const variation = variationOf(
      syntheticResult({ x: { seed: 1, repeats: 60, responses: 1000, between: 0.1 } }).scenarios.x ?? { repeats: [] },
    );
    assert.ok(variation !== undefined && variation > 0.07 && variation < 0.13, String(variation));
    assert.equal(variationOf({ repeats: [] }), undefined);
  });

  it("is watched from begin to end: steal, and load that is neither ours nor the target's", () => {
    // Two cores for ten seconds: 2,000 ticks, of which 100 were stolen and 1,200 busy.
    const readings = [
      { times: { busy: 0, idle: 0, steal: 0 }, own: 0, now: 0, throttles: 4 },
      { times: { busy: 1200, idle: 700, steal: 100 }, own: 3, now: 10, throttles: 4 },
    ];
    let at = 0;
    const here = () => readings[at] ?? assert.fail();
    const watch = new MachineWatch({
      times: () => here().times,
      throttles: () => here().throttles,
      own: () => here().own,
      now: () => here().now,
      cores: 2,
    });
    at = 1;
    const { steal, otherLoad, throttled } = watch.end(scenarios, { targetCpu: 5, gpuThrottled: true });
    assert.equal(steal, 0.05);
    assert.ok(Math.abs((otherLoad ?? 0) - 0.2) < 1e-9);
    assert.equal(throttled, true);
    assert.equal(watch.end(scenarios).otherLoad, undefined);
  });

  it("can be watched where we are", () => {
    const { steal, verdict } = new MachineWatch().end(scenarios, { targetCpu: 0 });
    assert.ok(steal === undefined || (steal >= 0 && steal <= 1));
    assert.ok(["quiet", "noisy", "unstable"].includes(verdict));
  });
});
