import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { until } from "../../support/until.ts";
import { type AgentProcess, chatTurn, json, post, startAgentProcess } from "./agentProcess.ts";

const MIB = 1024 * 1024;

describe("faults that the example agent survives", function () {
  this.timeout(20_000);
  let agent: AgentProcess;
  const fault = async (body: object) => assert.equal((await post(agent.url, "/fault", body)).status, 202);
  const health = () => json(fetch(`${agent.url}/health`));

  before(async () => {
    agent = await startAgentProcess();
  });
  after(() => agent.kill());
  afterEach(() => fault({ kind: "none" }));

  it("leaking memory makes the heap grow, and none lets go of it", async () => {
    const before = (await health()).heapUsed;
    await fault({ kind: "leak-memory", bytesPerSecond: 64 * MIB });
    await until("the heap to grow", async () => ((await health()).heapUsed > before + 20 * MIB ? true : undefined));
    await fault({ kind: "none" });
    assert.equal((await health()).faults.leaked.sessions, 0);
  });

  it("leaking descriptors leaves files open", async () => {
    const open = `/proc/${agent.child.pid}/fd`;
    const before = existsSync(open) ? readdirSync(open).length : 0;
    await fault({ kind: "leak-descriptors", perSecond: 200 });
    const leaked = await until("descriptors to leak", async () => {
      const { descriptors } = (await health()).faults.leaked;
      return descriptors >= 40 ? (descriptors as number) : undefined;
    });
    if (existsSync(open)) assert.ok(readdirSync(open).length >= before + leaked - 5);
    await fault({ kind: "none" });
    assert.equal((await health()).faults.leaked.descriptors, 0);
  });

  it("leaking timers adds intervals", async () => {
    await fault({ kind: "leak-timers", perSecond: 100 });
    await until("timers to leak", async () => ((await health()).faults.leaked.timers >= 20 ? true : undefined));
    await fault({ kind: "none" });
    assert.equal((await health()).faults.leaked.timers, 0);
  });

  it("blocking delays everybody else", async () => {
    const asked = performance.now();
    await fault({ kind: "block", milliseconds: 400 });
    await health();
    assert.ok(performance.now() - asked >= 400);
  });

  it("slowing the model down makes it do more work for each answer", async () => {
    const usual = (await chatTurn(agent.url, "What is the p95?")).summary.talker;
    await fault({ kind: "slow", factor: 12 });
    const slow = (await chatTurn(agent.url, "What is the p95?")).summary.talker;
    assert.ok(usual && slow);
    assert.ok((slow.outputTokens ?? 0) > 4 * (usual.outputTokens ?? Number.POSITIVE_INFINITY));
    assert.ok(slow.duration > usual.duration);
    await fault({ kind: "none" });
    const again = (await chatTurn(agent.url, "What is the p95?")).summary.talker;
    assert.ok((again?.outputTokens ?? Number.POSITIVE_INFINITY) < (slow.outputTokens ?? 0) / 2);
  });

  it("an unknown fault is refused with the list of those that exist", async () => {
    const refused = await post(agent.url, "/fault", { kind: "explode" });
    assert.equal(refused.status, 400);
    const { kinds } = (await json(refused)).error;
    assert.ok("leak-memory" in kinds && "hang" in kinds);
    assert.equal((await post(agent.url, "/fault", { kind: "block", milliseconds: "long" })).status, 400);
  });
});

describe("faults that end the example agent", function () {
  this.timeout(20_000);
  let agent: AgentProcess;
  beforeEach(async () => {
    agent = await startAgentProcess({ NODE_OPTIONS: "--max-old-space-size=48" });
  });
  afterEach(() => agent.kill());
  const fault = async (body: object) => assert.equal((await post(agent.url, "/fault", body)).status, 202);

  it("exit leaves with the code", async () => {
    await fault({ kind: "exit", code: 42 });
    assert.deepEqual(await agent.ended, { code: 42, signal: null });
  });

  it("throw ends it with code 1 and the error's stack", async () => {
    await fault({ kind: "throw" });
    assert.equal((await agent.ended).code, 1);
    assert.match(agent.output(), /error that nobody catches[\s\S]*at /);
  });

  it("heap ends in V8's own words", async () => {
    await fault({ kind: "heap" });
    const { code, signal } = await agent.ended;
    assert.ok(signal === "SIGABRT" || (code ?? 0) !== 0, `code ${code}, signal ${signal}`);
    assert.match(agent.output(), /heap out of memory/);
  });

  it("hang answers nobody and ignores SIGTERM", async () => {
    await fault({ kind: "hang" });
    await assert.rejects(fetch(`${agent.url}/health`, { signal: AbortSignal.timeout(500) }), { name: "TimeoutError" });
    agent.child.kill("SIGTERM");
    await assert.rejects(fetch(`${agent.url}/health`, { signal: AbortSignal.timeout(500) }), { name: "TimeoutError" });
    assert.equal(agent.child.exitCode, null);
  });
});
