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
import { until } from "../../support/until.ts";
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
