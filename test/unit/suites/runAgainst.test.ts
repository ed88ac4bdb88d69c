import assert from "node:assert/strict";
import type { SuiteResult } from "../../../src/model/suites.ts";
import { inCommon } from "../../../src/suites/run/inCommon.ts";
import { compareResults } from "../../../src/suites/verdicts/compare.ts";
import { SuiteFolder, suiteForm } from "./folder.ts";
import { startQueueServer } from "./queueServer.ts";
import { runBoth } from "./running.ts";

/** Many short repeats: what the machine does to one side it does to the other in the same turn. */
const scenario = { maxLateness: "10s", warmUp: "50ms", duration: "200ms" };
const turns = { repeats: 8, pause: "0ms" };

const orders = (result: SuiteResult | undefined) => result?.scenarios.one?.repeats.map(({ order }) => order);

describe("a run of two sides", () => {
  it("lets them take turns, who was first coming last in the next, and finds the slower one", async () => {
    await using quick = await startQueueServer({ milliseconds: 20 });
    await using slow = await startQueueServer({ milliseconds: 28 });
    const { result, against } = await runBoth(suiteForm(slow.url, scenario, turns), suiteForm(quick.url, scenario));
    assert.ok(against);
    assert.deepEqual(orders(result)?.slice(0, 4), [0, 3, 4, 7]);
    assert.deepEqual(orders(against)?.slice(0, 4), [1, 2, 5, 6]);
    assert.ok(result.turns !== undefined && result.turns === against.turns);
    const { verdict, interleaved, summary } = compareResults(against, result, { name: "quick" });
    assert.deepEqual([verdict, interleaved], ["slower", true], summary);
  }).timeout(60_000);

  it("does not call a server slower than itself", async () => {
    await using server = await startQueueServer({ milliseconds: 20 });
    const form = suiteForm(server.url, scenario, turns);
    const { result, against } = await runBoth(form, form);
    assert.ok(against);
    const { verdict, summary } = compareResults(against, result, { name: "itself" });
    assert.notEqual(verdict, "slower", summary);
  }).timeout(60_000);

  it("keeps what both measured when it is ended before its end", async () => {
    await using server = await startQueueServer({ milliseconds: 10 });
    const ending = new AbortController();
    const long = suiteForm(server.url, { ...scenario, duration: "60s" }, turns);
    const { result, against } = await runBoth(long, long, {
      signal: ending.signal,
      onProgress: (progress) => {
        if (progress.kind === "running" && progress.repeat.requests > 5) ending.abort();
      },
    });
    assert.equal(result.status, "partial");
    assert.equal(against, undefined, "it had no turn");
  }).timeout(60_000);

  it("is of the scenarios that both have, and says which address both ask", async () => {
    using folder = new SuiteFolder();
    const suiteOf = async (port: number, ...names: string[]) => {
      const target = { kind: "http", url: `http://127.0.0.1:${port}` };
      const one = { target: "server", request: {}, load: { kind: "users", users: 1 } };
      const form = {
        version: 1,
        targets: { server: target },
        scenarios: Object.fromEntries(names.map((n) => [n, one])),
      };
      const { suite } = await folder.read("some.perf.json", JSON.stringify(form));
      assert.ok(suite);
      return suite;
    };
    const { suite, other, alike } = inCommon(await suiteOf(1, "a", "b"), await suiteOf(2, "c", "b"));
    assert.deepEqual(
      [suite, other].map(({ scenarios }) => scenarios.map(({ name }) => name)),
      [["b"], ["b"]],
    );
    assert.deepEqual(alike, []);
    assert.deepEqual(inCommon(await suiteOf(1, "a"), await suiteOf(1, "a")).alike, ["http://127.0.0.1:1"]);
    const [one, none] = [await suiteOf(1, "a"), await suiteOf(1, "b")];
    assert.throws(() => inCommon(one, none), /The other side has none of these scenarios: a\. It has b\./);
  });
});
