import assert from "node:assert/strict";
import { statusText } from "../../../src/editor/statusText.ts";
import type { CollectorStatus } from "../../../src/model/dashboard.ts";
import type { AgentState, LatencyStats, QueryTypeLatency, WorkspaceState } from "../../../src/model/state.ts";

const now = 10_000;
const connected: CollectorStatus = { state: "connected", since: 0 };

const stats = (p95: number | undefined, count: number): LatencyStats =>
  p95 === undefined
    ? { count: 0, errors: 0, cancelled: 0 }
    : { count, errors: 0, cancelled: 0, mean: p95, p50: p95 / 2, p95, p99: p95, max: p95 };

function latency(queryType: string, p95: number | undefined, extra: Partial<QueryTypeLatency> = {}): QueryTypeLatency {
  const all = stats(p95, 30);
  return {
    queryType,
    minute: all,
    fiveMinutes: all,
    session: stats(p95 ?? 1, 30),
    lastTime: now - 41,
    lastDuration: 1,
    lastP95: p95 ?? 1.24,
    ...extra,
  };
}

function agent(extra: Partial<AgentState> = {}): AgentState {
  return {
    name: "voice-agent",
    status: "running",
    launchable: true,
    primaryQueryType: "talker",
    connections: 1,
    runs: [{ id: "r", number: 7, origin: "launched", pid: 42, startTime: now - 100, kept: [] }],
    latency: [latency("talker", 0.812, { threshold: 2 })],
    interruptions: 0,
    turns: 0,
    metrics: [],
    pending: [],
    dropped: { marks: 0, logs: 0, metrics: 0, turns: 0 },
    lastActivity: now,
    ...extra,
  };
}

const workspace = (...agents: AgentState[]): WorkspaceState => ({
  time: now,
  agents,
  configProblems: [],
  modelServers: [],
  rejected: {},
  self: { pid: 1, startTime: 0 },
});
const say = (state: WorkspaceState | undefined, collector = connected, pinned?: string) =>
  statusText(state, collector, pinned, now);

describe("the status item", () => {
  it("says the primary query type's p95 while all is well", () => {
    const said = say(workspace(agent()));
    assert.equal(said.text, "$(pulse) talker 812 ms");
    assert.equal(said.background, "none");
    assert.match(said.tooltip, /Every objective is met/);
    assert.match(
      said.tooltip,
      /\| Talker \| &ensp;406 ms \| &ensp;\*\*812 ms\*\* \| &ensp;812 ms \| < 2 s \| 30 \| 0 \|/,
    );
  });

  it("says the figure that is wrong, not the primary, in the warning background", () => {
    const thinker = latency("thinker", 13.9, { threshold: 12 });
    const said = say(workspace(agent({ latency: [latency("talker", 0.8, { threshold: 2 }), thinker] })));
    assert.equal(said.text, "$(warning) thinker 13.9 s");
    assert.equal(said.background, "warning");
    assert.match(said.tooltip, /Thinker p95 is 13\.9 s, objective 12 s/);
  });

  it("says a leak that ends the agent within hours, unless a latency is wrong; milder ones stand in the hover", () => {
    const leak = (exhaustedIn: number, severity: "warning" | "error" | "emergency") => ({
      verdict: "leak" as const,
      confidence: 0.99,
      summary: "The heap grows 1.94 MiB a minute.",
      what: "heap",
      exhaustedIn,
      severity,
      hunting: false,
    });
    const soon = say(workspace(agent({ leak: leak(840, "error") })));
    assert.deepEqual([soon.text, soon.background], ["$(warning) heap full in 14 min", "none"]);
    assert.match(soon.tooltip, /\$\(warning\) Leak: The heap grows 1\.94 MiB a minute\./);
    assert.equal(say(workspace(agent({ leak: leak(50, "emergency") }))).background, "error");
    assert.equal(say(workspace(agent({ leak: leak(90_000, "warning") }))).text, "$(pulse) talker 812 ms");
    const slow = [latency("talker", 2.5, { threshold: 2 })];
    assert.equal(say(workspace(agent({ latency: slow, leak: leak(840, "error") }))).text, "$(warning) talker 2.50 s");
  });

  it("says the last value with its age while idle", () => {
    const idle = latency("talker", undefined, { threshold: 2 });
    assert.equal(say(workspace(agent({ latency: [idle] }))).text, "$(pulse) talker 1.24 s, 41 s ago");
  });

  it("tells in its hover on how many responses a p95 rests when they are few", () => {
    const few = latency("talker", 0.8, { threshold: 2, minute: stats(0.8, 3) });
    assert.match(say(workspace(agent({ latency: [few] }))).tooltip, /The p95 rests on 3 responses\./);
  });

  it("shows the pinned agent, else the running one that was last active", () => {
    const a = agent({ name: "a", lastActivity: now - 50 });
    const b = agent({ name: "b", lastActivity: now - 5, latency: [latency("talker", 1.5)] });
    const c = agent({ name: "c", status: "stopped", lastActivity: now });
    assert.equal(say(workspace(a, b, c)).text, "$(pulse) talker 1.50 s");
    assert.equal(say(workspace(a, b, c), connected, "c").text, "$(debug-disconnect) c stopped");
    assert.equal(say(workspace(a, b), connected, "gone").text, "$(pulse) talker 1.50 s");
  });

  it("reads as words in every other state", () => {
    const texts = (status: AgentState["status"]) => say(workspace(agent({ status, latency: [] }))).text;
    assert.equal(texts("idle"), "$(play) Start voice-agent");
    assert.equal(texts("starting"), "$(loading~spin) voice-agent starting");
    assert.equal(texts("running"), "$(pulse) talker …");
    assert.equal(texts("stopped"), "$(debug-disconnect) voice-agent stopped");
    assert.equal(say(undefined, { state: "none", since: 0 }).text, "$(pulse) no agent");
    assert.equal(say(undefined, { state: "connecting", since: 0 }).text, "$(loading~spin) connecting");
    const restarting = say(workspace(agent()), { state: "restarting", since: 0, attempt: 2 });
    assert.equal(restarting.text, "$(sync~spin) collector restarting");
    assert.match(restarting.tooltip, /Your agent is not affected/);
  });

  it("is red only when something is down", () => {
    const down = say(workspace(agent({ status: "failed" })));
    assert.deepEqual([down.text, down.background], ["$(error) voice-agent is down", "error"]);
    assert.equal(say(undefined, { state: "failed", since: 0, message: "no" }).background, "error");
  });

  it("shows memory of an attached process that has no client", () => {
    const attached = agent({ name: "node x.js", latency: [], connections: 0, launchable: false });
    attached.resources = { time: now, cpu: 0.5, memory: 96 * 2 ** 20, processes: 1 };
    const said = say(workspace(attached));
    assert.equal(said.text, "$(pulse) node x.js 96.0 MiB");
    assert.match(said.tooltip, /CPU: 50 % of a core/);
  });

  it("tells the agent's own gauges in its hover", () => {
    const metrics = [
      { name: "queue", value: 12, unit: "{items}", time: now },
      { name: "cache.size", value: 3 * 2 ** 20, unit: "By", time: now },
    ];
    const { tooltip } = say(workspace(agent({ metrics })));
    assert.match(tooltip, /queue: 12 items/);
    assert.match(tooltip, /cache\.size: 3\.00 MiB/);
  });

  it("offers a heap snapshot of a running Node agent, with its pause", () => {
    const of = (extra: Partial<AgentState>, runtime?: string) => {
      const run = { id: "r", number: 7, origin: "launched" as const, pid: 42, startTime: now - 100, kept: [] };
      return say(workspace(agent({ ...extra, runs: [{ ...run, ...(runtime && { runtime }) }] }))).tooltip;
    };
    const heap = { time: now, rss: 400e6, used: 115e6 };
    const link = /\[Take heap snapshot(.*?)\]\(command:agentVitals\.takeHeapSnapshot\?%5B%22voice-agent%22%5D\)/;
    assert.equal(link.exec(of({ heap }, "Node 24.9.0"))?.[1], ", pauses it about 6 to 16 s");
    assert.equal(link.exec(of({ heap: { ...heap, used: 6e6 } }, "Node 24.9.0"))?.[1], ", pauses it up to 1 s");
    assert.equal(link.exec(of({}, "Node 24.9.0"))?.[1], "");
    assert.doesNotMatch(of({ heap }, "Python 3.12.1"), link);
    assert.doesNotMatch(of({ heap, status: "stopped" }, "Node 24.9.0"), link);
  });

  it("lets no markup of an agent's name into its hover", () => {
    const said = say(workspace(agent({ name: "[x](command:evil)" })));
    assert.doesNotMatch(said.tooltip, /\*\*\[x\]\(command:evil\)/);
  });
});
