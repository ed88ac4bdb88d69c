import assert from "node:assert/strict";
import { createMonitor } from "../../../src/sdk/index.ts";
import { until } from "../../support/until.ts";
import { OpenSocket, TOKEN } from "../socket/openSocket.ts";

describe("A monitor", () => {
  it("says who it is", async () => {
    await using open = await OpenSocket.start();
    const monitor = createMonitor({ socket: open.path, token: TOKEN, agent: "a", primaryQueryType: "thinker" });
    await until("the hello", () => open.socket?.clients.length === 1);
    const { startTime, client, ...hello } = open.socket?.clients[0]?.hello ?? assert.fail();
    const runtime = `Node ${process.versions.node}`;
    assert.deepEqual(hello, {
      type: "hello",
      protocol: 1,
      agent: "a",
      pid: process.pid,
      token: TOKEN,
      runtime,
      primaryQueryType: "thinker",
    });
    assert.match(client ?? "", /^agent-vitals-node /);
    assert.ok(Math.abs(startTime - (Date.now() / 1000 - process.uptime())) < 1);
    await monitor.close();
  });

  it("is named by its environment, else by the nearest package.json", async () => {
    await using open = await OpenSocket.start();
    const named = createMonitor({ socket: open.path, token: TOKEN });
    process.env.AGENT_VITALS_AGENT = "from the environment";
    const other = createMonitor({ socket: open.path, token: TOKEN });
    delete process.env.AGENT_VITALS_AGENT;
    await until("both hellos", () => open.socket?.clients.length === 2);
    const names = open.socket?.clients.map(({ hello }) => hello.agent).sort();
    assert.deepEqual(names, ["agent-vitals", "from the environment"]);
    await Promise.all([named.close(), other.close()]);
  });

  it("tells voice results, in seconds", async () => {
    await using open = await OpenSocket.start();
    const monitor = createMonitor({ socket: open.path, token: TOKEN });
    monitor.trackVoiceReliability(true);
    monitor.trackVoiceReliability(false, { stage: "stt", reason: "silence", quality: 0.2, latency: 250 });
    monitor.trackVoiceReliability({ success: 9, failure: 1 }, { stage: "tts" });
    await monitor.close();
    assert.deepEqual(
      open.of("voice").map(({ time: _, ...rest }) => rest),
      [
        { type: "voice", success: 1, failure: 0 },
        { type: "voice", success: 0, failure: 1, stage: "stt", reason: "silence", quality: 0.2, latency: 0.25 },
        { type: "voice", success: 9, failure: 1, stage: "tts" },
      ],
    );
  });

  it("reads memory now and on an interval", async () => {
    await using open = await OpenSocket.start();
    const monitor = createMonitor({ socket: open.path, token: TOKEN, memoryInterval: 30 });
    const usage = monitor.monitorMemoryUsage();
    monitor.monitorMemoryUsage();
    assert.ok(usage.heapLimit > usage.heapUsed && usage.rss > usage.heapUsed);
    assert.ok(usage.heapSpaces.some(({ name }) => name === "old_space"));
    await until("readings of the interval", () => open.of("memory").length >= 4);
    assert.deepEqual(open.of("memory")[0]?.heapSpaces, usage.heapSpaces);
    await monitor.close();
  });

  it("tells metrics, with what of the attributes the wire takes", async () => {
    await using open = await OpenSocket.start();
    const monitor = createMonitor({ socket: open.path, token: TOKEN });
    const attributes = { stage: "rag", k: 5, cached: true, big: 10n, list: [1], nan: Number.NaN };
    monitor.recordMetric("rag.hits", 3, "{document}", attributes as never);
    monitor.recordMetric("rag.hits", Number.NaN, "1");
    await monitor.close();
    const [metric, ...others] = open.of("metric");
    const kept = { stage: "rag", k: 5, cached: true };
    const { time: _, ...rest } = metric ?? assert.fail();
    assert.deepEqual(rest, { type: "metric", name: "rag.hits", value: 3, unit: "{document}", attributes: kept });
    assert.deepEqual(others, []);
  });

  it("sums up what it has measured, for the agent and for the log", async () => {
    await using open = await OpenSocket.start();
    const monitor = createMonitor({ socket: open.path, token: TOKEN, agent: "a" });
    for (let ms = 1; ms <= 100; ms++) monitor.trackResponseTime(0, ms, "talker", { timeToFirstToken: ms / 10 });
    monitor.trackResponseTime(0, 5000, "talker", { outcome: "cancelled" });
    monitor.trackResponseTime(0, 100, "tool", { outcome: "error" });
    monitor.trackVoiceReliability({ success: 3, failure: 1 });
    const summary = monitor.logPerformanceMetrics();
    await monitor.close();
    const { talker, tool } = summary.responses;
    assert.deepEqual([talker?.count, talker?.errors, talker?.cancelled], [101, 0, 1]);
    assert.deepEqual(talker?.duration, { mean: 50.5, p50: 49.984, p95: 94.976, p99: 98.944, max: 100 });
    assert.equal(talker?.timeToFirstToken?.count, 100);
    assert.deepEqual([tool?.errors, summary.voice, summary.agent], [1, { success: 3, failure: 1 }, "a"]);
    const [log] = open.of("log");
    assert.match(log?.message ?? "", /talker: 101 responses, 1 cancelled, p50 50 ms, p95 95 ms/);
    assert.match(log?.message ?? "", /voice: 3 of 4 succeeded/);
  });

  it("runs the agent's hooks when it is asked to, and replies", async () => {
    await using open = await OpenSocket.start();
    const monitor = createMonitor({ socket: open.path, token: TOKEN });
    const ran: string[] = [];
    monitor.onCleanup(async () => void ran.push("cleanup"));
    const off = monitor.onCleanup(() => ran.push("never"));
    off();
    monitor.onShutdown(() => ran.push("shutdown"));
    await until("the client", () => open.socket?.clients.length === 1);
    const [client] = open.socket?.clients ?? [];
    const reply = await client?.command("cleanup", 5);
    assert.deepEqual([reply?.ok, reply?.result], [true, { hooks: 1 }]);
    assert.equal((await client?.command("shutdown", 5))?.ok, true);
    assert.deepEqual(ran, ["cleanup", "shutdown"]);

    assert.equal((await client?.command("memory", 5))?.ok, true);
    assert.equal(open.of("memory").length, 1, "the reading comes before the reply");

    const allocations = await client?.command("allocations_start", 5);
    assert.deepEqual(
      [allocations?.ok, allocations?.error?.slice(0, 43)],
      [false, "Only Python agents trace their allocations;"],
    );

    monitor.onShutdown(() => new Promise(() => {}));
    const late = await client?.command("shutdown", 0.2);
    assert.match(late?.error ?? "", /shutdown: Error: not done within 0\.18 s/);
    monitor.onCleanup(() => {
      throw new Error("no");
    });
    assert.equal((await client?.command("cleanup", 5))?.error, "cleanup: Error: no");
    await monitor.close();
  });

  it("with the wrong token says why, once, and stops", async () => {
    await using open = await OpenSocket.start();
    const warning = new Promise<Error>((resolve) => process.once("warning", resolve));
    const monitor = createMonitor({ socket: open.path, token: "wrong", agent: "stranger" });
    monitor.measure("talker", () => {});
    assert.match((await warning).message, /refused this agent: The token is not this workspace's/);
    await until("the monitor to stop", () => !monitor.enabled);
    monitor.measure("talker", () => {});
    assert.equal(monitor.queued, 0);
    await monitor.close();
    assert.equal(open.socket?.counters.refused, 1);
  });

  it("after close does nothing more", async () => {
    await using open = await OpenSocket.start();
    const monitor = createMonitor({ socket: open.path, token: TOKEN });
    monitor.measure("talker", () => {});
    await monitor.close();
    await monitor.close();
    assert.equal(
      monitor.measure("talker", () => 1),
      1,
    );
    monitor.mark("late");
    monitor.monitorMemoryUsage();
    assert.deepEqual([monitor.enabled, monitor.queued], [false, 0]);
    await monitor.flush();
    await until("its connection to close", () => open.left.length === 1);
    assert.equal(open.received.length, 1);
  });
});

describe("A monitor without a collector", () => {
  it("does nothing, and everything can be called", async () => {
    const monitor = createMonitor({ socket: "" });
    assert.equal(monitor.enabled, false);
    assert.equal(
      monitor.measure("talker", () => 1),
      1,
    );
    assert.equal(await monitor.measure("talker", async () => 2), 2);
    assert.throws(() => monitor.measure("talker", () => assert.fail("mine")), /mine/);
    {
      using turn = monitor.startTurn({ id: "t" });
      using response = turn.response("talker");
      response.firstToken();
      response.tokens({ input: 1 });
      response.model("m");
      turn.mark("first_audio");
      turn.interrupted();
      assert.deepEqual([turn.id, response.queryType, turn.measure("talker", () => 3)], ["t", "talker", 3]);
    }
    monitor.trackResponseTime(0, 1, "talker");
    monitor.trackVoiceReliability(true);
    monitor.recordMetric("m", 1, "1");
    monitor.mark("m");
    assert.ok(monitor.monitorMemoryUsage().rss > 0);
    assert.deepEqual(monitor.logPerformanceMetrics().responses, {});
    monitor.onCleanup(() => {})();
    monitor.onShutdown(() => {})();
    assert.equal(monitor.queued, 0);
    await monitor.flush();
    await monitor.close();
  });
});
