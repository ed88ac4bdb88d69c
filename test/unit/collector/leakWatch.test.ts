import assert from "node:assert/strict";
import {
  CancelLeakHuntIn,
  GetLeaks,
  InspectAgent,
  LeaksChanged,
  StartAgent,
  WatchSeries,
} from "../../../src/collector/protocol.ts";
import type { AgentLeaks } from "../../../src/model/leaks.ts";
import { until } from "../../support/until.ts";
import { agentThat, Workplace } from "../support/workplace.ts";

const leaks = { enabled: true, window: 40, interval: 1, evidence: 3.9, leastGrowth: 0.02, autoHunt: "never" as const };

/** Opens a file ten times a second and never closes it. */
const OPENS = 'const fs = require("node:fs"); setInterval(() => fs.openSync("/dev/null"), 100);';
/** Keeps some 100 KB of objects five times a second. */
const KEEPS = `const kept = [];
setInterval(() => kept.push(Array.from({ length: 1500 }, (_, i) => ({ i, text: "turn " + i }))), 200);`;

describe("the leak watcher", function () {
  this.timeout(120_000);
  let place: Workplace;

  beforeEach(() => {
    place = new Workplace();
  });
  afterEach(() => place.dispose());

  const start = async (program: string, settings: object) => {
    place.write("agent.cjs", program);
    place.config({ name: "leaky", command: process.execPath, args: ["agent.cjs"] });
    const window = await place.connect("1.0.0", settings);
    await window.rpc.sendRequest(StartAgent, { agent: "leaky" });
    return window;
  };

  it("finds what grows in a real process, tells when its limit is reached, and leaves a flag", async () => {
    const window = await start(OPENS, { leaks });
    await window.rpc.sendRequest(WatchSeries, { agent: "leaky" });
    const told: AgentLeaks[] = [];
    window.rpc.onNotification(LeaksChanged, (one) => void told.push(one));
    const first = await until("it is judged", () => told.find(({ watch }) => watch)?.watch);
    assert.equal(first.verdict, "inconclusive");
    assert.match(first.summary, /^Judged in about \d+ s\.$/);
    const agent = await agentThat(window, "leaky", ({ leak }) => leak?.verdict === "leak");
    assert.match(
      agent.leak?.summary ?? "",
      /^The number of open files grows by .* a minute and reaches the limit of [\d,]+ open files in /,
    );
    const { watch } = await window.rpc.sendRequest(GetLeaks, { agent: "leaky" });
    const files = watch?.resources.find(({ name }) => name === "process.unix.file_descriptor.count");
    assert.ok(files && files.verdict === "leak" && files.confidence >= 0.9);
    assert.ok(Math.abs(files.slope.value - 10) < 4, `${files.slope.value} a second`);
    assert.ok((files.exhaustedIn?.value ?? 0) > 0 && (files.limit?.value ?? 0) > files.level);
    assert.ok(files.points.time.length === files.points.value.length && files.points.time.length > 5);
    const series = await window.rpc.sendRequest(WatchSeries, { agent: "leaky" });
    assert.equal(series?.marks.filter(({ kind }) => kind === "leak").length, 1);
  });

  it("can't tell garbage from a leak without a collection, and begins a hunt that does, once", async () => {
    const window = await start(KEEPS, { leaks: { ...leaks, autoHunt: "withoutSnapshots" } });
    await window.rpc.sendRequest(InspectAgent, { agent: "leaky" });
    await agentThat(window, "leaky", ({ leak }) => leak?.hunting === true);
    const { hunt, watch } = await window.rpc.sendRequest(GetLeaks, { agent: "leaky" });
    assert.deepEqual([hunt?.by, hunt?.snapshots], ["watcher", false]);
    const heap = watch?.resources.find(({ name }) => name === "v8js.memory.heap.used");
    assert.ok(heap?.verdict === "leak" || heap?.unsettled, heap?.reason);
    assert.ok(Math.abs((heap?.slope.value ?? 0) - 500_000) < 400_000, `${heap?.slope.value} a second`);
    const rss = watch?.resources.find(({ name }) => name === "process.memory.usage");
    assert.notEqual(rss?.verdict, "leak", rss?.reason);
    await window.rpc.sendRequest(CancelLeakHuntIn, { agent: "leaky" });
    await agentThat(window, "leaky", ({ leak }) => leak?.hunting === false);
    const { time = 0 } = (await window.rpc.sendRequest(GetLeaks, { agent: "leaky" })).watch ?? {};
    // Judged again, as often as made it begin one before.
    await until("it is judged again", async () => {
      const again = await window.rpc.sendRequest(GetLeaks, { agent: "leaky" });
      assert.equal(again.hunt, undefined);
      return (again.watch?.time ?? 0) > time + 4;
    });
  });

  it("forgets a run with its end", async () => {
    const window = await start("setTimeout(() => {}, 4000)", { leaks });
    await until("it is judged", async () => (await window.rpc.sendRequest(GetLeaks, { agent: "leaky" })).watch);
    await agentThat(window, "leaky", ({ status }) => status === "stopped");
    await until("it is forgotten", async () => !(await window.rpc.sendRequest(GetLeaks, { agent: "leaky" })).watch);
  });
});
