import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { CollectorConnection } from "../../../src/collector/client.ts";
import { GetHistory } from "../../../src/collector/protocol.ts";
import { type Engine, startEngine } from "../../support/engines.ts";
import { until } from "../../support/until.ts";
import { agentThat, stateOf, Workplace } from "../support/workplace.ts";

const scripted = join(import.meta.dirname, "agents", "scripted.ts");

describe("history that comes back from an engine", function () {
  this.timeout(120_000);
  let place: Workplace;
  let engine: Engine;
  before(async () => {
    place = new Workplace();
    engine = await startEngine("prometheus");
  });
  after(async () => {
    await place.dispose();
    await engine.remove();
  });

  const settings = (source: string) => ({
    exports: { remoteWrite: { url: engine.writeUrl, headers: {} } },
    source: { url: source, headers: {} },
  });
  const history = (window: CollectorConnection) => {
    const now = Date.now() / 1000;
    return window.rpc.sendRequest(GetHistory, { agent: "scripted", from: now - 600, to: now + 60, points: 20 });
  };

  it("is what the collector sent there", async () => {
    const window = await place.connect("1.0.0", settings(engine.url));
    const { eventSocket, token } = place.addresses;
    const env = { ...process.env, AGENT_VITALS_SOCKET: eventSocket, AGENT_VITALS_TOKEN: token };
    const child = spawn(process.execPath, [scripted], { env, stdio: ["pipe", "ignore", "inherit"] });
    try {
      await agentThat(window, "scripted", (a) => a.latency.reduce((sum, l) => sum + l.session.count, 0) === 430);
      const told = await until(
        "all responses are there",
        async () => {
          await engine.settle();
          const read = await history(window);
          const count = read.latency.flatMap((one) => one.count).reduce((a, b) => a + b, 0);
          return count === 430 && read;
        },
        90,
      );
      assert.equal(told.source, engine.url);
      assert.ok(told.series.some(({ series }) => series.metric === "process.memory.usage"));
      assert.ok(told.series.some(({ series }) => series.metric === "system.memory.usage"));
      assert.deepEqual(
        told.runs.map(({ agent, pid }) => ({ agent, pid })),
        [{ agent: "scripted", pid: child.pid }],
      );
      const { record } = await stateOf(window);
      assert.equal(record?.source, engine.url);
      const [sent] = record?.exports ?? [];
      assert.deepEqual([sent?.kind, sent?.state, sent?.lost], ["remoteWrite", "ok", undefined]);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("is missing with a reason where the engine can't be asked, while figures are kept here", async () => {
    const window = await place.connect("1.0.0", settings("http://127.0.0.1:9"));
    await assert.rejects(history(window), /http:\/\/127\.0\.0\.1:9 can't be asked: /);
    const wrong = await place.connect("1.0.0", settings("prometheus:9090"));
    await assert.rejects(history(wrong), /agentVitals\.history: What is named is no address/);
    assert.equal((await stateOf(wrong)).record?.store.state, "recording");
  });
});
