import assert from "node:assert/strict";
import type { SuiteRepeat, SuiteResult } from "../../../src/model/suites.ts";
import { readSuite } from "../../../src/suites/format/readSuite.ts";
import { countOf, quantileOf } from "../../../src/suites/histograms.ts";
import { addTallies } from "../../../src/suites/load/addTallies.ts";
import { planOf } from "../../../src/suites/run/plan.ts";
import { repeatOf } from "../../../src/suites/run/repeat.ts";
import { whyInvalid } from "../../../src/suites/run/validity.ts";
import { SuiteFolder, suiteForm } from "./folder.ts";
import { startQueueServer } from "./queueServer.ts";
import { run, watchedWorld } from "./running.ts";

/** The machine of a test may be busy: what is asserted of lateness elsewhere must not end these. */
const patient = { maxLateness: "10s" };

function only({ scenarios }: SuiteResult): SuiteRepeat {
  const repeat = scenarios.one?.repeats[0];
  assert.ok(repeat);
  return repeat;
}

describe("a run of a suite", () => {
  it("measures users who wait for their answers, without the warm-up", async () => {
    await using server = await startQueueServer({ milliseconds: 20 });
    const result = await run(suiteForm(server.url, { ...patient, warmUp: "300ms", duration: "1s" }));
    const repeat = only(result);
    const { histograms, requests, errors, intendedRate } = repeat;
    assert.equal(result.status, "complete");
    assert.deepEqual([errors, intendedRate], [{}, null]);
    assert.ok(requests > 10 && requests <= 100, `${requests}`);
    assert.equal(countOf(histograms.duration ?? []), requests);
    assert.ok(quantileOf(histograms.duration ?? [], 0.5) >= 0.019);
    assert.ok(Math.abs(repeat.duration - 1) < 0.01);
  });

  it("begins as many requests as the rate has, and ends by a count", async () => {
    await using server = await startQueueServer();
    const load = { kind: "constant", rate: 100 };
    const timed = only(await run(suiteForm(server.url, { ...patient, load, duration: "1s" })));
    assert.equal(timed.requests, 100);
    assert.ok(Math.abs((timed.intendedRate ?? 0) - 100) < 1);
    const counted = only(await run(suiteForm(server.url, { ...patient, load, warmUp: "200ms", count: 37 })));
    assert.equal(counted.requests, 37);
  });

  it("counts a wait from the intended start, not from when a busy connection became free", async () => {
    await using server = await startQueueServer({ seats: 1, milliseconds: 50 });
    const load = { kind: "constant", rate: 40 };
    const { histograms, rate } = only(
      await run(suiteForm(server.url, { ...patient, load, duration: "1s", connections: 1 })),
    );
    // The server does 20 a second of 40: the last one that begins has waited for half a second.
    assert.ok(quantileOf(histograms.duration ?? [], 0.9) > 0.4);
    assert.ok(quantileOf(histograms.service ?? [], 0.5) < 0.2);
    assert.ok(rate < 30, `${rate}`);
  });

  it("shares a load among threads, which together do what one would", async () => {
    await using server = await startQueueServer();
    const load = { kind: "constant", rate: 90 };
    const { requests } = only(await run(suiteForm(server.url, { ...patient, load, count: 91, workers: 3 })));
    assert.equal(requests, 91);
  });

  it("takes turns between scenarios from repeat to repeat", async () => {
    await using server = await startQueueServer();
    const form = suiteForm(server.url, { ...patient, count: 5 }, { repeats: 3, pause: "1ms" });
    Object.assign(form.scenarios, { two: form.scenarios.one });
    const { scenarios } = await run(form);
    assert.deepEqual(
      Object.values(scenarios).map(({ repeats }) => repeats.map(({ order }) => order)),
      [
        [0, 2, 4],
        [1, 3, 5],
      ],
    );
  });

  it("sends rows of data, one after the other", async () => {
    await using server = await startQueueServer();
    using folder = new SuiteFolder();
    folder.write("paths.csv", "path\na\nb\n");
    const form = suiteForm(
      server.url,
      { ...patient, data: "paths", request: { path: `/\${row.path}` }, count: 4 },
      { data: { paths: { csv: "paths.csv" } } },
    );
    assert.equal(only(await run(form, { folder: folder.path })).requests, 4);
    folder.write("paths.csv", "path\na\nb,c\n");
    await assert.rejects(run(form, { folder: folder.path }), /paths\.csv:3: has 2 cells/);
  });

  it("finds the highest load that meets all objectives", async () => {
    await using server = await startQueueServer({ seats: 4, milliseconds: 40 });
    const load = { kind: "sweep", of: "users", from: 1, to: 64, each: "600ms" };
    // Four are served at once: with eight users each waits for two turns, with sixteen for four.
    const result = await run(suiteForm(server.url, { ...patient, load, objectives: ["p50 < 120ms"] }));
    const { best, repeats } = result.scenarios.one ?? {};
    assert.ok(best && best >= 4 && best < 16, `${best}`);
    const levels = repeats?.[0]?.levels ?? [];
    assert.ok(levels.some(({ met }) => !met) && levels.find(({ level }) => level === best)?.met);
  });

  it("tells of each step of a load in steps", async () => {
    await using server = await startQueueServer({ seats: 1, milliseconds: 10 });
    const steps = { kind: "steps", rates: [20, 40], each: "500ms" };
    const { levels } = only(await run(suiteForm(server.url, { ...patient, load: steps })));
    assert.deepEqual(
      levels?.map(({ level, requests }) => [level, requests]),
      [
        [20, 10],
        [40, 20],
      ],
    );
  });

  it("tells how long recovery from a peak takes", async () => {
    await using server = await startQueueServer({ seats: 1, milliseconds: 10 });
    const stress = { kind: "stress", of: "rate", base: 10, peak: 250, before: "500ms", hold: "1s", after: "8s" };
    const result = await run(suiteForm(server.url, { ...patient, load: stress, objectives: ["p95 < 300ms"] }));
    // The peak leaves 1.5 s of work behind.
    const { recovery } = result.scenarios.one ?? {};
    assert.ok(recovery && recovery >= 1 && recovery <= 6, `${recovery}`);
  });

  it("replays recorded arrivals, at another speed if wished", async () => {
    await using server = await startQueueServer();
    using folder = new SuiteFolder();
    folder.write("arrivals.txt", "1000\n1000.5\n1002\n");
    const load = { kind: "replay", file: "arrivals.txt", speed: 10 };
    const repeat = only(await run(suiteForm(server.url, { ...patient, load }), { folder: folder.path }));
    assert.equal(repeat.requests, 3);
    folder.write("arrivals.txt", "1000\nsoon\n");
    await assert.rejects(run(suiteForm(server.url, { load }), { folder: folder.path }), /arrivals\.txt:2: is no time/);
  });

  it("ends once an objective is missed that ends it, and keeps what was measured", async () => {
    await using server = await startQueueServer({ milliseconds: 50 });
    const objectives = [{ objective: "p50 < 10ms", abortOnFail: true, delay: "500ms" }];
    const result = await run(suiteForm(server.url, { ...patient, duration: "60s", objectives }));
    assert.equal(result.status, "partial");
    assert.match(result.reason ?? "", /one missed p50 < 10ms, which ends the run$/);
    assert.equal(result.objectives[0]?.verdict, "missed");
    assert.ok(only(result).duration < 30);
  });

  it("keeps what was measured when it is ended before its end", async () => {
    await using server = await startQueueServer({ milliseconds: 30 });
    const ending = new AbortController();
    const result = await run(suiteForm(server.url, { ...patient, duration: "60s" }, { repeats: 5 }), {
      signal: ending.signal,
      onProgress: (progress) => {
        if (progress.kind === "running" && progress.repeat.requests > 5) ending.abort();
      },
    });
    const { requests, cancelled, duration } = only(result);
    assert.equal(result.status, "partial");
    assert.ok(requests > 5 && cancelled > 0 && duration < 30);
    assert.equal(result.scenarios.one?.repeats.length, 1);
  });

  it("is invalid when the target is down, or goes away half-way", async () => {
    const server = await startQueueServer();
    const { url } = server;
    const going = run(suiteForm(url, { ...patient, duration: "6s", load: { kind: "constant", rate: 50 } }), {
      onProgress: (progress) => {
        if (progress.kind === "running" && progress.repeat.requests > 5) server.child.kill("SIGKILL");
      },
    });
    const half = await going;
    assert.equal(half.status, "invalid");
    assert.match(half.reason ?? "", /The target went away after .*: ECONNREFUSED/);
    assert.ok(only(half).requests > 5);
    const down = await run(suiteForm(url, { ...patient, duration: "300ms" }));
    assert.equal(down.status, "invalid");
    assert.match(down.reason ?? "", /No request was answered well: ECONNREFUSED 127\.0\.0\.1/);
  });

  it("is invalid when the target went away between repeats, and says which say nothing", async () => {
    await using server = await startQueueServer();
    const { status, reason, scenarios } = await run(
      suiteForm(server.url, { ...patient, duration: "300ms" }, { repeats: 3, pause: "300ms" }),
      {
        onProgress: ({ kind }) => {
          if (kind === "ended") server.child.kill("SIGKILL");
        },
      },
    );
    assert.equal(status, "invalid");
    assert.match(reason ?? "", /^one: repeats? .*3 of 3 says? nothing: No request was answered well: ECONNREFUSED/);
    assert.equal(scenarios.one?.repeats[0]?.invalid, undefined);
  });

  it("is invalid when the generator can't keep up with what is asked of it", async () => {
    await using server = await startQueueServer();
    const load = { kind: "constant", rate: 900_000 };
    const result = await run(suiteForm(server.url, { load, duration: "500ms", timeout: "1s", workers: 1 }));
    assert.equal(result.status, "invalid");
    assert.match(result.reason ?? "", /The generator (was too slow|fell behind)/);
  });

  it("does its setup before, its reset each time, and its teardown in any case", async () => {
    await using server = await startQueueServer();
    using folder = new SuiteFolder();
    const note = (word: string) => ({
      run: [process.execPath, "-e", `require("node:fs").appendFileSync("notes.txt", "${word} ")`],
    });
    const steps = { setup: [note("set")], reset: [note("re")], teardown: [note("down")], repeats: 2 };
    const { readFileSync } = await import("node:fs");
    await run(suiteForm(server.url, { ...patient, count: 2 }, steps), { folder: folder.path });
    assert.equal(readFileSync(`${folder.path}/notes.txt`, "utf8"), "set re re down ");
    const failing = { ...steps, setup: [{ run: [process.execPath, "-e", "process.exit(3)"] }] };
    await assert.rejects(run(suiteForm(server.url, {}, failing), { folder: folder.path }), /ended with 3\./);
    assert.equal(readFileSync(`${folder.path}/notes.txt`, "utf8"), "set re re down down ");
  });

  it("watches the agent behind the warm-up, and of a sweep each level by itself", async () => {
    await using server = await startQueueServer({ milliseconds: 5 });
    const watches: number[] = [];
    const world = watchedWorld(
      () => ({ reported: { talker: { count: 1, errors: 0, cancelled: 0, durations: [[1000, 1]], firstTokens: [] } } }),
      () => watches.push(performance.now()),
    );
    const warm = { ...patient, warmUp: "500ms", duration: "200ms" };
    const result = await run(suiteForm(server.url, warm, { agent: "turns" }), { world });
    // The first is of what the agent uses all the while.
    const [whole = 0, measured = 0, ...more] = watches.splice(0);
    assert.ok(measured - whole >= 500, `${measured - whole}`);
    assert.equal(more.length, 0);
    assert.deepEqual(only(result).histograms["stage:talker"], [[1000, 1]]);
    const load = { kind: "sweep", of: "users", from: 1, to: 2, each: "200ms" };
    await run(suiteForm(server.url, { ...patient, load, objectives: ["p50 < 10s"] }, { agent: "turns" }), { world });
    assert.equal(watches.length, 3);
  });

  it("tells no secret of a step that fails: neither its result nor its words on the way", async () => {
    await using server = await startQueueServer();
    using folder = new SuiteFolder();
    const env = { SUITE_KEY: "k3y", SUITE_PHRASE: "correct horse" };
    const fails = `const fs = require("node:fs"); process.exit(fs.existsSync("once") ? 4 : fs.writeFileSync("once", "") ?? 0);`;
    const words = [`--token=\${env:SUITE_KEY}`, `\${env:SUITE_PHRASE}`];
    const told: unknown[] = [];
    const result = await run(
      suiteForm(
        server.url,
        { ...patient, count: 2 },
        { repeats: 2, reset: [{ run: [process.execPath, "-e", fails, "--", ...words] }] },
      ),
      { folder: folder.path, env, onProgress: (progress) => told.push(progress) },
    );
    assert.equal(result.status, "partial");
    assert.match(result.reason ?? "", /ended with 4$/);
    assert.doesNotMatch(JSON.stringify([result, told]), /k3y|correct horse/);
  });

  describe("is ended by an objective", () => {
    const ends = (objective: string) => [{ objective, abortOnFail: true }];
    const endedBy = (objective: string) => new RegExp(`missed ${objective}, which ends the run$`);

    it("of the suite, by what was measured of all scenarios", async () => {
      await using server = await startQueueServer({ milliseconds: 30 });
      const form = suiteForm(server.url, { ...patient, duration: "60s" }, { objectives: ends("p50 < 10ms") });
      assert.match((await run(form)).reason ?? "", endedBy("p50 < 10ms"));
    });

    it("about what only the agent tells", async () => {
      await using server = await startQueueServer({ milliseconds: 5 });
      const series = { metric: "process.memory.usage", attributes: {} };
      const memory = { series, unit: "By", step: 1, time: [1, 2], min: [9e6, 9e6], mean: [9e6, 9e6], max: [9e6, 9e6] };
      const world = watchedWorld(() => ({
        series: [{ ...memory, n: [1, 1] }],
        reported: { one: { count: 9, errors: 0, cancelled: 0, durations: [[1e6, 9]], firstTokens: [] } },
      }));
      for (const objective of ["rss < 1 MiB", "p50 stage:one < 10ms"]) {
        const scenario = { ...patient, duration: "60s", objectives: ends(objective) };
        const { reason } = await run(suiteForm(server.url, scenario, { agent: "turns" }), { world });
        assert.match(reason ?? "", endedBy(objective));
      }
      const observed = { load: { kind: "observed" }, duration: "60s", objectives: ends("p50 < 10ms") };
      const { status, scenarios } = await run({ version: 1, agent: "turns", scenarios: { one: observed } }, { world });
      assert.equal(status, "partial");
      assert.ok((scenarios.one?.repeats[0]?.duration ?? 60) < 50);
    });

    it("that is known at the end of a repeat alone", async () => {
      await using server = await startQueueServer({ milliseconds: 5 });
      const load = { kind: "sweep", of: "users", from: 1, to: 2, each: "200ms" };
      const objectives = ["p50 < 10s", ...ends("best >= 100")];
      const { reason, scenarios } = await run(suiteForm(server.url, { ...patient, load, objectives }, { repeats: 3 }));
      assert.match(reason ?? "", endedBy("best >= 100"));
      assert.equal(scenarios.one?.repeats.length, 1);
    });
  });
});

describe("a short repeat", () => {
  it("is invalid when the target was gone for half of it", async () => {
    const { suite } = await readSuite(
      { name: "short", folder: "/", form: suiteForm("http://127.0.0.1:1", { duration: "2s" }) },
      { workspaceFolder: "/", env: {} },
    );
    const [scenario] = suite?.scenarios ?? [];
    assert.ok(scenario);
    const counted = { ...addTallies([]), requests: 100, errors: { refused: 60 }, messages: { ECONNREFUSED: 60 } };
    const whyOf = (lastOk: number, lastLost = 0) => {
      const generated = { windows: [counted, counted], busy: 0, elapsed: 2, started: 0, lastOk, lastLost };
      return repeatOf({ generated, cutOff: false }, planOf(scenario, 1), scenario, 0).repeat.invalid;
    };
    assert.match(whyOf(0.9) ?? "", /The target went away after 900 ms: ECONNREFUSED/);
    assert.match(whyOf(1.7, 1.99) ?? "", /The target went away after 1\.7\d? s: ECONNREFUSED/);
    assert.equal(whyOf(1.5), undefined);
  });
});

describe("repeats of a scenario", () => {
  const good = {} as SuiteRepeat;
  const gone = { invalid: "gone." } as SuiteRepeat;
  const slow = { invalid: "slow." } as SuiteRepeat;
  const also = { invalid: "slow too." } as SuiteRepeat;
  const whyOf = (...repeats: SuiteRepeat[]) => whyInvalid(repeats, new Set([slow, also]));

  it("say nothing where one met no target, or too few are left of a slow generator", () => {
    assert.equal(whyOf(good, good), undefined);
    assert.equal(whyOf(good, slow, good), undefined);
    assert.equal(whyOf(slow), "slow.");
    assert.equal(whyOf(good, slow, also), "repeats 2 and 3 of 3 say nothing: slow.");
    assert.equal(whyOf(good, slow), "repeat 2 of 2 says nothing: slow.");
    assert.equal(whyOf(good, slow, good, gone), "repeat 4 of 4 says nothing: gone.");
    const many = Array.from({ length: 8 }, () => ({ ...gone }));
    assert.equal(whyOf(...many), "repeats 1, 2, 3, 4, 5 and 3 more of 8 say nothing: gone.");
  });
});
