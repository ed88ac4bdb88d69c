import assert from "node:assert/strict";
import { CleanUpAgent, SendInput, StartAgent, StopAgent, TraceAllocations } from "../../../src/collector/protocol.ts";
import type { LatencyStats } from "../../../src/model/state.ts";
import { until } from "../../support/until.ts";
import { agentThat, alive, stateOf, Workplace } from "../support/workplace.ts";
import { AGENT, environment, PythonAgent, python } from "./pythons.ts";

const count = (name: string) => (agent: { latency: { queryType: string; session: LatencyStats }[] }) =>
  agent.latency.find(({ queryType }) => queryType === name)?.session.count ?? 0;

/** The figures of a list of durations that we show too. */
function statistics(durations: readonly number[] = []): { mean: number; p50: number; max: number } {
  const sorted = durations.toSorted((a, b) => a - b);
  const mean = sorted.reduce((sum, d) => sum + d, 0) / sorted.length;
  return { mean, p50: sorted[(sorted.length >> 1) - 1] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}

/** Within what the agent measured just inside and just outside, and the 0.1 % of a histogram's bucket. */
function between(ours: number | undefined, inner: number, outer: number, what: string): void {
  const fits = ours !== undefined && ours >= inner * 0.999 - 1e-6 && ours <= outer * 1.001 + 1e-6;
  assert.ok(fits, `${what}: we show ${ours}, the agent measured ${inner} inside and ${outer} outside`);
}

describe("A Python agent", function () {
  this.timeout(60_000);
  let place: Workplace;
  before(function () {
    if (!python) this.skip();
  });
  beforeEach(() => {
    place = new Workplace();
  });
  afterEach(() => place?.dispose());

  const addresses = () => ({
    AGENT_VITALS_SOCKET: place.addresses.eventSocket,
    AGENT_VITALS_TOKEN: place.addresses.token,
    AGENT_VITALS_AGENT: "voice",
  });

  it("sees the same numbers on both sides", async () => {
    const window = await place.connect();
    await using agent = new PythonAgent(addresses());
    const { inner, outer, rss } = await agent.does("talk 30");
    await agent.does("fail 3");
    const state = await agentThat(window, "voice", (a) => count("talker")(a) === 30 && count("thinker")(a) === 33);
    for (const { queryType, session } of state.latency) {
      const [least, most] = [statistics(inner[queryType]), statistics(outer[queryType])];
      // The three that failed count in the thinker's figures, and nobody timed them.
      for (const figure of ["mean", "p50", "max"] as const) {
        if (queryType === "thinker" && figure !== "max") continue;
        between(session[figure], least[figure], most[figure], `${queryType} ${figure}`);
      }
      assert.equal(session.count - session.errors, 30);
    }
    const first = state.latency.find(({ queryType }) => queryType === "talker")?.session.timeToFirstToken;
    const [least, most] = [statistics(inner.first_token), statistics(outer.first_token)];
    between(first?.mean, least.mean, most.mean, "time to first token");
    assert.deepEqual([first?.count, state.turns], [30, 30]);
    assert.deepEqual([state.voice?.success, state.voice?.failure], [27, 3]);
    assert.deepEqual(state.heap?.rss, rss);
    assert.ok(state.metrics.some(({ name, value }) => name === "queue.length" && value === 30));
    const [run] = state.runs;
    assert.deepEqual([run?.pid, run?.origin], [agent.child.pid, "connected"]);
    assert.match(run?.runtime ?? "", new RegExp(`^Python ${python?.version}\\.`));
    assert.equal(await agent.end(), 0);
    assert.equal(agent.stderr, "");
    await agentThat(window, "voice", ({ status }) => status === "stopped");
  });

  it("that was launched is one run with its forked workers", async () => {
    const command = python?.command ?? "";
    place.config({ name: "voice", command, args: [AGENT], env: environment });
    const window = await place.connect();
    const { runId } = await window.rpc.sendRequest(StartAgent, { agent: "voice" });
    await agentThat(window, "voice", ({ connections }) => connections === 1);
    await window.rpc.sendRequest(SendInput, { runId, data: "burst 10\nfork 3\n" });
    const state = await agentThat(window, "voice", (a) => count("talker")(a) === 40 && a.connections === 4);
    assert.deepEqual([state.runs.length, state.runs[0]?.id, state.runs[0]?.origin], [1, runId, "launched"]);
    await window.rpc.sendRequest(StopAgent, { agent: "voice" });
    await agentThat(window, "voice", ({ status }) => status === "stopped");
    assert.equal((await stateOf(window)).agents.length, 1);
  });

  it("loses no figure when the collector dies and returns", async () => {
    const window = await place.connect();
    await using agent = new PythonAgent(addresses());
    await agent.does("burst 100");
    await agentThat(window, "voice", (a) => count("talker")(a) === 100);
    process.kill(window.pid, "SIGKILL");
    await until("the collector's death", () => !alive(window.pid));
    await agent.does("burst 25000");
    const { queued } = await agent.does("burst 100");
    assert.ok(queued >= 10_000);
    const again = await place.connect();
    const state = await agentThat(again, "voice", (a) => count("talker")(a) === 25_100);
    assert.equal(state.latency[0]?.session.max, 25);
    assert.equal(agent.stderr, "");
  });

  it("tells which of its lines grow, and cleans up when it is asked to", async () => {
    const window = await place.connect();
    await using agent = new PythonAgent(addresses());
    await agent.does("leak 10");
    await agentThat(window, "voice", ({ connections }) => connections === 1);
    const trace = (action: "start" | "compare" | "stop") =>
      window.rpc.sendRequest(TraceAllocations, { agent: "voice", action });
    await assert.rejects(trace("compare"), /nothing is traced: allocations_start comes first/);
    await trace("start");
    await agent.does("leak 500");
    const { allocations } = await trace("compare");
    const [grown] = allocations;
    assert.equal(grown?.file, AGENT);
    assert.ok((grown?.sizeDifference ?? 0) >= 5_000_000 && (grown?.sizeDifference ?? 0) < 5_200_000);
    assert.deepEqual(grown?.traceback[0], { file: AGENT, line: grown?.line });
    assert.ok((grown?.traceback.length ?? 0) >= 2);
    await trace("stop");
    await window.rpc.sendRequest(CleanUpAgent, { agent: "voice" });
    assert.equal((await agent.does("leak 1")).held, 1);
  });
});
