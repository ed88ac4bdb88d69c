import assert from "node:assert/strict";
import { join } from "node:path";
import type { CollectorConnection } from "../../../src/collector/client.ts";
import {
  CancelLeakHuntIn,
  GetLeaks,
  HuntLeaks,
  LeakHuntEnded,
  LeaksChanged,
  StartAgent,
  WatchSeries,
} from "../../../src/collector/protocol.ts";
import type { AgentLeaks, LeakReported } from "../../../src/model/leaks.ts";
import { mayBePython } from "../../../src/model/runtime.ts";
import { until } from "../../support/until.ts";
import { CLIENT, python } from "../python/pythons.ts";
import { agentThat, Workplace } from "../support/workplace.ts";

const LEAKY = join(import.meta.dirname, "../../fixtures/leaks/leaky/sessionMap.mjs");

describe("what is known of an agent's leaks", function () {
  this.timeout(120_000);
  let place: Workplace;
  let window: CollectorConnection;
  let url: string;

  beforeEach(async () => {
    place = new Workplace();
    place.config({ name: "leaky", command: process.execPath, args: [LEAKY] });
    window = await place.connect();
    const { runId } = await window.rpc.sendRequest(StartAgent, { agent: "leaky" });
    const port = await place.output(runId, /\d{4,5}/);
    url = `http://127.0.0.1:${port}/`;
  });
  afterEach(() => place.dispose());

  const hunt = (turns: number) => ({
    agent: "leaky",
    id: 1,
    turns,
    duration: 100,
    action: { url, method: "GET" },
    snapshots: true,
    longestPause: 60,
    keep: false,
  });

  it("tells of a hunt step by step to those who watch the agent, and of its report to all", async () => {
    const looker = await place.connect();
    await looker.rpc.sendRequest(WatchSeries, { agent: "leaky" });
    const told: AgentLeaks[] = [];
    looker.rpc.onNotification(LeaksChanged, (leaks) => void told.push(leaks));
    const reports: LeakReported[] = [];
    looker.rpc.onNotification(LeakHuntEnded, (reported) => void reports.push(reported));
    const report = await window.rpc.sendRequest(HuntLeaks, hunt(300));
    assert.equal(report.verdict, "leak");
    const after = await until("the end is told", () => told.find(({ reported }) => reported));
    assert.deepEqual([after.hunt, after.reported?.report], [undefined, report]);
    assert.deepEqual(
      reports.map((one) => one.report),
      [report],
    );
    const last = told.findLast((one) => one.hunt)?.hunt;
    assert.ok(last);
    assert.deepEqual([last.by, last.turns, last.snapshots], ["user", 300, true]);
    const [warm, first] = last.steps;
    assert.deepEqual([warm?.step, first?.step], ["warming up", "snapshot"]);
    assert.ok(warm && warm.turns > 0 && (warm.ended ?? 0) > warm.begun);
    const { pause = 0, heap = 0 } = told.flatMap((one) => one.hunt?.steps ?? []).find((s) => s.pause) ?? {};
    assert.ok(pause > 0 && heap > 1e6, `${pause} s, ${heap} bytes`);
    // Each is named as it stands, in one row.
    for (const [i, { begun }] of last.steps.entries())
      assert.ok(i === 0 || begun >= (last.steps[i - 1]?.ended ?? Infinity));
  });

  it("lets anybody cancel a hunt, and says so where there is none", async () => {
    const looker = await place.connect();
    const hunting = window.rpc.sendRequest(HuntLeaks, hunt(1_000_000));
    const refused = assert.rejects(hunting, /^.*The leak hunt was cancelled; the agent has its speed back\.$/);
    await agentThat(looker, "leaky", ({ leak }) => leak?.hunting === true);
    const { hunt: state } = await looker.rpc.sendRequest(GetLeaks, { agent: "leaky" });
    assert.equal(state?.progress.step, "warming up");
    await looker.rpc.sendRequest(CancelLeakHuntIn, { agent: "leaky" });
    await refused;
    await agentThat(looker, "leaky", ({ leak }) => leak?.hunting !== true);
    await assert.rejects(looker.rpc.sendRequest(CancelLeakHuntIn, { agent: "leaky" }), /No leak hunt is under way/);
    assert.equal(await (await fetch(url)).text(), "done");
  });
});

describe("a leak hunt in a Python agent that was just started", function () {
  this.timeout(60_000);

  it("is known to be one before its client says hello, and waits for it", async function () {
    if (!python) this.skip();
    const place = new Workplace();
    try {
      const slow = `import sys, time
time.sleep(1.5)
sys.path.insert(0, ${JSON.stringify(CLIENT)})
from agent_vitals import create_monitor
monitor = create_monitor()
time.sleep(600)
`;
      place.config({ name: "slow", command: python.command, args: ["-c", slow] });
      const window = await place.connect();
      await window.rpc.sendRequest(StartAgent, { agent: "slow" });
      const early = await agentThat(window, "slow", ({ runs }) => runs.length > 0);
      assert.deepEqual([early.runs[0]?.runtime, mayBePython(early)], [undefined, true]);
      const params = { turns: 100, duration: 100, snapshots: true, longestPause: 60, keep: false };
      const hunting = window.rpc.sendRequest(HuntLeaks, { agent: "slow", id: 1, ...params });
      const refused = assert.rejects(hunting, /The leak hunt was cancelled/);
      const hunt = await until(
        "the hunt is told",
        async () => (await window.rpc.sendRequest(GetLeaks, { agent: "slow" })).hunt,
      );
      assert.equal(hunt.runtime, "python");
      await agentThat(window, "slow", ({ runs }) => runs[0]?.runtime?.startsWith("Python") === true);
      await window.rpc.sendRequest(CancelLeakHuntIn, { agent: "slow" });
      await refused;
    } finally {
      await place.dispose();
    }
  });
});
