import assert from "node:assert/strict";
import type { SuiteLevel } from "../../../src/model/suites.ts";
import { highestText, sweepEnded } from "../../../src/model/suiteWords.ts";
import { readSuite } from "../../../src/suites/format/readSuite.ts";
import { Tally } from "../../../src/suites/load/tally.ts";
import type { Generated, Threads } from "../../../src/suites/load/threads.ts";
import { headline, scenarioTable } from "../../../src/suites/reporters/rows.ts";
import { planOf } from "../../../src/suites/run/plan.ts";
import { levelOf, repeatOf } from "../../../src/suites/run/repeat.ts";
import { recoveryOf, runScenario } from "../../../src/suites/run/runScenario.ts";
import type { Scenario } from "../../../src/suites/suite.ts";
import { measuresOf } from "../../../src/suites/verdicts/measures.ts";
import { syntheticResult } from "../../fixtures/suites/synthetic.ts";
import { suiteForm } from "./folder.ts";

async function scenarioOf(scenario: object): Promise<Scenario> {
  const form = suiteForm("http://127.0.0.1:1", scenario);
  const { suite, problems } = await readSuite({ name: "test", folder: "/", form }, { workspaceFolder: "/", env: {} });
  const [one] = suite?.scenarios ?? [];
  assert.ok(one, JSON.stringify(problems));
  return one;
}

interface Made {
  requests: number;
  seconds: number;
  late?: number;
  failed?: number;
}

/** What threads would have counted: so many answers, each after so many seconds. */
function generated({ requests, seconds, late = 0, failed = 0 }: Made): Generated {
  const tally = new Tally([]);
  for (let i = 0; i < requests; i++) {
    tally.intended++;
    tally.reached++;
    tally.late(late);
    if (i >= failed) tally.good++;
    const ended = { sent: 0, ended: i < failed ? 0.001 : seconds };
    tally.add(0, i < failed ? { outcome: "error", errorKind: "status", ...ended } : { outcome: "ok", ...ended });
  }
  const windows = [new Tally([]).result(), tally.result()];
  return { windows, busy: 0.1, elapsed: requests === 0 ? 0 : seconds, lastOk: seconds, lastLost: 0, started: 0 };
}

describe("figures of a repeat", () => {
  it("have the rate that was asked for, and the real one by what began", async () => {
    const rates = async (scenario: object, made: Made, times?: Float64Array) => {
      const one = await scenarioOf(scenario);
      const ran = { generated: generated(made), cutOff: false };
      const { duration, intendedRate, rate, goodput } = repeatOf(ran, planOf(one, 1, times), one, 0).repeat;
      return [duration, intendedRate, rate, goodput].map((figure) => Number(figure?.toFixed(6)));
    };
    // The last answer comes soon after its request, or long after; neither bends the rate.
    const slow = { load: { kind: "constant", rate: 0.5 }, duration: "4s" };
    assert.deepEqual(await rates(slow, { requests: 2, seconds: 2.02 }), [4, 0.5, 0.5, 0.5]);
    const counted = { load: { kind: "constant", rate: 50 }, count: 50 };
    assert.deepEqual(await rates(counted, { requests: 50, seconds: 3 }), [1, 50, 50, 50]);
    const ramp = { load: { kind: "ramp", from: 0, to: 20 }, duration: "10s" };
    assert.deepEqual(await rates(ramp, { requests: 100, seconds: 1 }), [10, 10, 10, 10]);
    // Ten arrivals a tenth of a second apart take a second, the last one's tenth included.
    const times = Float64Array.from({ length: 10 }, (_, i) => i / 10);
    const replay = { load: { kind: "replay", file: "times.txt" }, duration: "60s" };
    assert.deepEqual(await rates(replay, { requests: 10, seconds: 2 }, times), [1, 10, 10, 10]);
    const fewer = { load: { kind: "constant", rate: 50 }, duration: "2s" };
    assert.deepEqual(await rates(fewer, { requests: 99, seconds: 1 }), [2, 50, 49.5, 49.5]);
  });

  it("of one that was cut off are over the time until then", async () => {
    const one = await scenarioOf({ load: { kind: "constant", rate: 10 }, duration: "60s" });
    const ran = { generated: generated({ requests: 30, seconds: 3 }), cutOff: true };
    const { duration, rate, intendedRate } = repeatOf(ran, planOf(one, 1), one, 0).repeat;
    assert.deepEqual([duration, rate, intendedRate], [3, 10, 10]);
  });

  it("of a level with failures alone are no good ones", async () => {
    const one = await scenarioOf({ load: { kind: "constant", rate: 10 }, duration: "1s", objectives: ["p95 < 1s"] });
    const ran = { generated: generated({ requests: 10, seconds: 1, failed: 10 }), cutOff: false };
    const { repeat } = repeatOf(ran, planOf(one, 1), one, 0);
    const { invalid: _, ...bare } = repeat;
    const { met, p50, p95, errors } = levelOf(10, bare, one);
    assert.deepEqual([met, p50, p95, errors], [false, 0, 0, 10]);
  });
});

describe("a sweep", () => {
  const load = { kind: "sweep", of: "rate", from: 10, to: 1000, each: "1s" };

  interface Course {
    /** Rates from which on the agent is slow, is lost amid its answers, Ctrl+C is pressed, an objective of the suite is missed. */
    agent?: number;
    lost?: number;
    cut?: number;
    broken?: number;
    /** Those at which the generator is late. */
    late?: (rate: number) => boolean;
  }

  async function sweep({ agent = Infinity, lost = Infinity, cut = Infinity, broken, late = () => false }: Course) {
    const ending = new AbortController();
    const scenario = await scenarioOf({ load, objectives: ["p95 < 1s"] });
    const threads = {
      run: async (
        { arrivals }: { arrivals: { shape: { segments: { from: number }[] } } },
        { onProgress }: Parameters<Threads["run"]>[1],
      ) => {
        const rate = arrivals.shape.segments[0]?.from ?? 0;
        if (rate >= cut) ending.abort();
        const requests = Math.round(rate);
        const seconds = rate >= agent ? 2 : 0.1;
        const made = generated({ requests, seconds, late: late(rate) ? 1 : 0 });
        onProgress?.({ elapsed: 1, underWay: rate, windows: made.windows.slice(1) });
        if (rate < lost) return made;
        const dying = generated({ requests, seconds, failed: requests - 1 });
        for (const window of dying.windows) if (window.requests > 0) window.errors = { refused: requests - 1 };
        return { ...dying, elapsed: 1, lastOk: 0.3, lastLost: 1 };
      },
    } as unknown as Threads;
    const { signal } = ending;
    let level = 0;
    return runScenario({
      scenario,
      threads,
      order: 0,
      seed: 1,
      signal,
      onProgress: ({ level: tried = 0 }) => {
        level = tried;
      },
      brokenBy: () => (broken !== undefined && level >= broken ? "errors < 1%" : undefined),
    });
  }

  it("is invalid where the agent dies at a level, whose death is no limit of it alone", async () => {
    const { repeat } = await sweep({ lost: 300 });
    assert.match(repeat.invalid ?? "", /^The target went away after 300 ms/);
    assert.deepEqual([repeat.best, highestText(160, [repeat])], [160, "≥ 160"]);
  });

  it("tells the least that the agent can do where it is cut off", async () => {
    const { repeat } = await sweep({ cut: 100 });
    assert.deepEqual([repeat.invalid, repeat.best, highestText(80, [repeat])], [undefined, 80, "≥ 80"]);
    assert.equal((await sweep({ cut: 10 })).repeat.best, undefined);
  });

  it("takes no level for met that an objective of the suite has ended", async () => {
    const { best } = (await sweep({ broken: 100 })).repeat;
    assert.ok(best && best >= 80 && best < 100, `${best}`);
  });

  it("finds the highest load that the agent does", async () => {
    const { repeat, slow } = await sweep({ agent: 300 });
    assert.equal(slow, false);
    assert.ok(repeat.best && repeat.best < 300 && repeat.best > 250, `${repeat.best}`);
    assert.equal(sweepEnded(repeat), undefined);
  });

  it("never takes the generator's limit for the agent's", async () => {
    const { repeat, slow } = await sweep({ late: (rate) => rate > 100 });
    assert.equal(slow, true, "more threads may mend it");
    assert.equal(repeat.best, 80);
    assert.equal(repeat.invalid, undefined);
    const last = repeat.levels?.at(-1);
    assert.deepEqual([last?.level, last?.met], [160, false]);
    assert.match(last?.invalid ?? "", /^The generator fell behind/);
    assert.equal(highestText(80, [repeat]), "≥ 80");
    const found = (await sweep({ agent: 90 })).repeat;
    assert.ok(!highestText(found.best ?? null, [repeat, found]).startsWith("≥"));
    const result = { queryType: "chat", target: "server", load: "", repeats: [repeat] };
    assert.deepEqual(
      measuresOf(result, result).map((measured) => [measured.measure, measured.of(repeat)]),
      [["best", undefined]],
    );
    const shown = { ...syntheticResult({}), scenarios: { chat: { ...result, best: 80 } } };
    assert.ok(scenarioTable(shown).rows[0]?.includes("≥ 80"));
    assert.match(headline(shown), /^The sweep of chat could go no further: The generator fell behind/);
  });

  it("also ends where the generator falls behind while it closes in", async () => {
    const { repeat, slow } = await sweep({ agent: 300, late: (rate) => rate > 200 && rate < 300 });
    assert.deepEqual([repeat.best, slow], [160, true]);
    const untold = repeat.levels?.flatMap(({ level, invalid }) => (invalid === undefined ? [] : [Math.round(level)]));
    assert.deepEqual([untold, repeat.levels?.at(-1)?.level], [[226], 320]);
  });

  it("says nothing where not even the lowest level can be generated", async () => {
    const { repeat, slow } = await sweep({ late: () => true });
    assert.deepEqual([repeat.best, slow, repeat.levels?.length], [undefined, true, 1]);
    assert.match(repeat.invalid ?? "", /^The generator fell behind/);
    assert.equal((await sweep({ agent: 1 })).repeat.best, null);
  });
});

describe("recovery from a peak", () => {
  const recovery = (windows: readonly (boolean | undefined)[]) => {
    const level = (met: boolean | undefined): SuiteLevel => {
      const requests = met === undefined ? 0 : 1;
      return { level: 1, requests, errors: 0, rate: 0, goodput: 0, p50: 0, p95: 0, met: met === true };
    };
    return recoveryOf([undefined, false, ...windows].map(level), { window: 2, step: 1 });
  };
  const none = undefined;

  it("is when objectives are met again, and stay so", () => {
    assert.equal(recovery([false, true, false, true, true, true]), 3);
    assert.equal(recovery([true, true, true, true]), 0);
    assert.equal(recovery([false, false, false, true, true]), null);
  });

  it("is not put off by windows that are shorter than answers take", () => {
    assert.equal(recovery([none, true, none, none, true, none, none, true]), 1);
    assert.equal(recovery([false, none, true, none, none, true, none, true, none]), 2);
    assert.equal(recovery([none, none, none, true, none, none]), 3);
  });

  it("never is where nothing good came any more", () => {
    assert.equal(recovery([none, none, none, none]), null);
    assert.equal(recovery([true, none, false, none, false, none]), null);
  });
});
