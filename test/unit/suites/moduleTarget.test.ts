import assert from "node:assert/strict";
import { join } from "node:path";
import { module } from "../../../src/suites/targets/module.ts";

const folder = join(import.meta.dirname, "..", "..", "fixtures", "suites");
const forever = () => new AbortController().signal;
const open = (place: string) => module.open({ kind: "module", module: place }, { folder, env: {}, connections: 10 });
const call = async (name: string, args: unknown[] = [], signal = forever()) =>
  (await open(`functions.ts${name}`)).send({ args }, signal);

describe("A function of a module, as a suite calls it,", () => {
  it("is timed, and tells of stages and tokens", async () => {
    const { outcome, sent, ended, firstToken, ...told } = await call("", ["Hello"]);
    assert.ok(ended > sent);
    assert.deepEqual(
      [outcome, firstToken, told.stages, told.inputTokens, told.outputTokens],
      ["ok", undefined, { llm: 0.5 }, 2, 3],
    );
    assert.equal((await call("#atOnce")).outcome, "ok");
  });

  it("yields tokens", async () => {
    const { outcome, sent, firstToken = 0, tokenTimes = [], ended, outputTokens, stages } = await call("#speak", [3]);
    const times = [sent, firstToken, ...tokenTimes, ended];
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    assert.deepEqual([outcome, tokenTimes.length, outputTokens, stages], ["ok", 2, 3, { llm: 0.25 }]);
  });

  it("fails without telling what it said", async () => {
    const thrown = await call("#fail");
    assert.deepEqual([thrown.outcome, thrown.errorKind, thrown.error], ["error", "failed", "TypeError ENOTHING"]);
    const half = await call("#half");
    assert.deepEqual(
      [half.errorKind, half.error, half.firstToken !== undefined],
      ["failed", "it threw a string", true],
    );
  });

  for (const name of ["silent", "endless", "slow", "heeding"]) {
    it(`is ended at its timeout, or cancelled: ${name}`, async () => {
      const late = await call(`#${name}`, [], AbortSignal.timeout(50));
      assert.deepEqual([late.outcome, late.errorKind], ["error", "timeout"]);
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 20);
      assert.equal((await call(`#${name}`, [], controller.signal)).outcome, "cancelled");
      assert.equal((await call(`#${name}`, [], controller.signal)).outcome, "cancelled");
    });
  }

  it("is missed with what there is", async () => {
    await assert.rejects(open("functions.ts#spaek"), /no function spaek: write functions\.ts#NAME with one of .*speak/);
    await assert.rejects(open("functions.ts#number"), /no function number/);
    await assert.rejects(open("nothing.ts"), /nothing\.ts can't be loaded/);
  });
});
