import assert from "node:assert/strict";
import type { CollectorStatus } from "../../../src/model/dashboard.ts";
import type { AgentState, WorkspaceState } from "../../../src/model/state.ts";
import { DashboardModel } from "../../../webview/dashboard/dashboardModel.ts";
import { agent, NOW, series } from "./support/state.ts";

const connected: CollectorStatus = { state: "connected", since: 0 };
const workspace = (agents: AgentState[], time = NOW): WorkspaceState => ({
  time,
  agents,
  configProblems: [],
  rejected: {},
  modelServers: [],
  self: { pid: 1, startTime: 0 },
});
const sample = { time: NOW, memory: 1, processes: 1 };

describe("The dashboard's model", () => {
  const told = (clock = NOW) => {
    const model = new DashboardModel(
      {},
      () => clock,
      () => 1,
    );
    model.apply({ kind: "state", state: workspace([agent()]), collector: connected, shown: "voice-agent" });
    return model;
  };

  it("remembers the shown agent for the next page", () => {
    assert.equal(told().memento.agent, "voice-agent");
  });

  it("goes by the collector's clock when that is another machine's", () => {
    assert.equal(told(NOW + 3600).now, NOW);
    assert.equal(told(NOW + 0.4).now, NOW + 0.4);
  });

  it("shows no figure of one agent under the name of another", () => {
    const model = told();
    model.apply({ kind: "series", series: series({ resources: [sample] }) });
    assert.equal(model.series.resources.length, 1);
    const both = workspace([agent(), agent({ name: "other" })]);
    model.apply({ kind: "state", state: both, collector: connected, shown: "other" });
    assert.equal(model.series.resources.length, 0);
    model.apply({ kind: "tick", series: series({ resources: [sample] }) });
    assert.equal(model.series.resources.length, 0);
  });

  it("drops the chosen turn with its agent: another one's are numbered anew", () => {
    const model = new DashboardModel(
      { agent: "voice-agent", turn: 7 },
      () => NOW,
      () => 1,
    );
    const both = workspace([agent(), agent({ name: "other" })]);
    model.apply({ kind: "state", state: both, collector: connected, shown: "voice-agent" });
    assert.equal(model.memento.turn, 7);
    model.apply({ kind: "state", state: both, collector: connected, shown: "other" });
    assert.equal(model.memento.turn, undefined);
  });

  it("holds the turn that was told last, and counts whole series so that it is asked for again", () => {
    const model = told();
    model.apply({ kind: "turn", agent: "voice-agent", index: 3, detail: undefined });
    assert.deepEqual(model.turn, { agent: "voice-agent", index: 3, detail: undefined });
    model.apply({ kind: "series", series: series() });
    model.apply({ kind: "tick", series: series() });
    assert.equal(model.wholes, 1);
  });

  it("keeps its figures while the collector restarts", () => {
    const model = told();
    model.apply({ kind: "series", series: series({ resources: [sample] }) });
    const restarting: CollectorStatus = { state: "restarting", since: NOW, attempt: 1 };
    model.apply({ kind: "state", state: workspace([agent()]), collector: restarting, shown: "voice-agent" });
    assert.equal(model.series.resources.length, 1);
    assert.equal(model.agent?.name, "voice-agent");
  });
});
