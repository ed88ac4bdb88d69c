import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CollectorConnection } from "../../../src/collector/client.ts";
import {
  Attach,
  CleanUpAgent,
  CollectGarbage,
  Configure,
  GetHeapSummary,
  GetOpenHandles,
  RecordHandles,
  StartAgent,
  WatchSeries,
} from "../../../src/collector/protocol.ts";
import { collectedText } from "../../../src/model/garbage.ts";
import { processRows } from "../../../src/model/heapSummary.ts";
import { until } from "../../support/until.ts";
import { lineOf, Opener } from "../handles/opener.ts";
import { Stage } from "../inspector/support.ts";
import { agentThat, Workplace } from "../support/workplace.ts";

const CLIENTS = join(import.meta.dirname, "..", "..", "..");

/** Litter of some 30 MB that nothing holds any more, a worker with some of its own, and memory outside of the heap. */
const LITTER = `
  const { Worker } = require("node:worker_threads");
  const litter = () => { let all = Array.from({ length: 200_000 }, (_, i) => ({ i, text: "turn " + i })); all = undefined; };
  globalThis.kept = Buffer.alloc(20_000_000, 1);
  litter();
  new Worker("(" + litter + ")(); setInterval(() => {}, 1000)", { eval: true }).on("online", () => console.log("littered"));
  setInterval(() => {}, 1000);`;

describe("remedies by the collector", function () {
  this.timeout(60_000);
  const stage = new Stage();
  let place: Workplace;
  let window: CollectorConnection;
  const openers: Opener[] = [];

  beforeEach(async () => {
    place = new Workplace();
    window = await place.connect();
  });
  afterEach(async () => {
    for (const { program } of openers) program.tell("close");
    await stage.clear();
    await place.dispose();
    for (const opener of openers.splice(0)) opener.dispose();
  });

  it("collect the garbage of main thread and workers, say what that freed, and mark the charts", async () => {
    const program = stage.run(process.execPath, ["-e", LITTER]);
    await program.prints(/littered/);
    const { agent = "" } = await window.rpc.sendRequest(Attach, { pid: program.pid });
    await agentThat(window, agent, (a) => a.inspector?.threads === 1);
    const collected = await window.rpc.sendRequest(CollectGarbage, { agent });
    assert.deepEqual(
      collected.threads.map(({ thread }) => thread),
      [0, 1],
    );
    for (const { before, after, pause } of collected.threads) assert.ok(before > after && after > 0 && pause > 0);
    assert.ok((collected.memory?.after ?? 0) > 20e6);
    assert.match(collectedText(collected), /^freed .* of .* of the heaps of 2 threads in .*; the process has .*MiB/);
    const series = await window.rpc.sendRequest(WatchSeries, { agent });
    const [mark] =
      series?.marks.filter(({ label }) => /^Garbage collected on request, paused .* freed$/.test(label)) ?? [];
    assert.ok(mark && (mark.endTime ?? 0) > mark.time);
  });

  it("tell where the memory is without a snapshot", async () => {
    const program = stage.run(process.execPath, ["-e", LITTER]);
    await program.prints(/littered/);
    const { agent = "" } = await window.rpc.sendRequest(Attach, { pid: program.pid, inspect: false });
    const summary = await until("the heaps of both threads", async () => {
      const one = await window.rpc.sendRequest(GetHeapSummary, { agent });
      return one.threads.length === 2 && one.threads.every(({ spaces }) => spaces.length > 0) && one;
    });
    const [main, worker] = summary.threads;
    assert.ok(main && worker && main.used > 1e6 && main.used <= main.total && main.total < (main.limit ?? 0));
    assert.ok((main.arrayBuffers ?? 0) >= 20e6 && (main.external ?? 0) >= (main.arrayBuffers ?? 0));
    assert.ok(worker.thread === 1 && (worker.arrayBuffers ?? 0) < 20e6);
    assert.ok(main.spaces.some(({ name, used, size }) => name === "old_space" && used > 0 && used <= size));
    const { resident, anonymous = 0, files = 0, shared = 0, native = -1 } = summary.process;
    if (process.platform === "linux") assert.equal(anonymous + files + shared, resident);
    assert.ok(native >= 0 && native < resident);
    assert.equal(processRows(summary).filter(({ what }) => what.startsWith("V8 heap")).length, 2);
  });

  it("list what is open without touching the process, and with its lines while they are noted", async () => {
    const opener = new Opener(stage, "mjs");
    openers.push(opener);
    await opener.ready();
    const { agent = "" } = await window.rpc.sendRequest(Attach, { pid: opener.program.pid, inspect: false });
    const before = await window.rpc.sendRequest(GetOpenHandles, { agent });
    assert.equal(before.recording, undefined);
    assert.doesNotMatch(opener.program.output, /Debugger/);
    assert.ok(before.groups.some(({ kind, state, location }) => kind === "tcp" && state === "listen" && !location));
    const recording = await window.rpc.sendRequest(RecordHandles, { agent, seconds: 60 });
    assert.ok(recording && (recording.until ?? 0) > recording.since);
    await opener.does("sockets");
    const open = await window.rpc.sendRequest(GetOpenHandles, { agent });
    const many = open.groups.find(({ count, location }) => count === 200 && location);
    assert.deepEqual([many?.location?.file, many?.location?.line], [opener.file, lineOf("mjs", "many")]);
    assert.equal(open.groups.find(({ target }) => target.startsWith("accepted at"))?.count, 200);
    assert.ok(open.groups.some(({ target }) => target.startsWith("the inspector, at")));
    assert.ok(open.recording && (many?.age?.oldest ?? -1) >= 0);
    assert.equal(
      open.processes[0]?.count,
      open.groups.reduce((sum, { count }) => sum + count, 0),
    );
    assert.equal(await window.rpc.sendRequest(RecordHandles, { agent, seconds: 0 }), null);
    assert.equal((await window.rpc.sendRequest(GetOpenHandles, { agent })).recording, undefined);
    assert.equal(await opener.isAsBefore(), true);
  });

  it("note no more when the window that asked for it is gone", async () => {
    const opener = new Opener(stage, "cjs");
    openers.push(opener);
    await opener.ready();
    const { agent = "" } = await window.rpc.sendRequest(Attach, { pid: opener.program.pid });
    const other = await place.connect();
    await other.rpc.sendRequest(RecordHandles, { agent, seconds: 600 });
    assert.equal(await opener.isAsBefore(), false);
    other.close();
    await until("an agent as before", () => opener.isAsBefore());
  });

  it("note it in all that are attached to, while the setting is on", async () => {
    const opener = new Opener(stage, "cjs");
    openers.push(opener);
    await opener.ready();
    const { agent = "" } = await window.rpc.sendRequest(Attach, { pid: opener.program.pid });
    assert.equal(await opener.isAsBefore(), true);
    const settings = { folders: [place.folder], trusted: true };
    await window.rpc.sendRequest(Configure, { ...settings, noteOpenings: true });
    await until("an agent that is noted", async () => !(await opener.isAsBefore()));
    await window.rpc.sendRequest(RecordHandles, { agent, seconds: 60 });
    await window.rpc.sendRequest(RecordHandles, { agent, seconds: 0 });
    assert.equal(await opener.isAsBefore(), false);
    const { recording } = await window.rpc.sendRequest(GetOpenHandles, { agent });
    assert.ok(recording && recording.until === undefined);
    await window.rpc.sendRequest(Configure, { ...settings, noteOpenings: false });
    await until("an agent as before", () => opener.isAsBefore());
  });

  it("have the agent's own hooks close what idles, and say what changed", async () => {
    place.write(
      "agent.ts",
      `import { createMonitor } from ${JSON.stringify(join(CLIENTS, "src", "sdk", "index.ts"))};
import { closeSync, openSync } from "node:fs";
const idle = Array.from({ length: 20 }, () => openSync("/dev/null", "r"));
const monitor = createMonitor({ name: "tidy" });
monitor.onCleanup(() => { for (const fd of idle.splice(0)) closeSync(fd); });
setInterval(() => {}, 1000);`,
    );
    place.config({ name: "tidy", command: process.execPath, args: ["agent.ts"] });
    await agentThat(window, "tidy", () => true);
    await window.rpc.sendRequest(StartAgent, { agent: "tidy" });
    await agentThat(window, "tidy", (a) => a.connections > 0);
    const { hooks, before, after } = await window.rpc.sendRequest(CleanUpAgent, { agent: "tidy" });
    assert.equal(hooks, 1);
    assert.equal((before.descriptors ?? 0) - (after.descriptors ?? 0), 20);
    assert.ok((after.memory ?? 0) > 0);
  });

  it("say what to do where they can't be had", async () => {
    const refused = (type: typeof CollectGarbage | typeof GetHeapSummary | typeof GetOpenHandles, reason: RegExp) =>
      assert.rejects(window.rpc.sendRequest(type as typeof CollectGarbage, { agent: "nobody" }), reason);
    for (const type of [CollectGarbage, GetHeapSummary, GetOpenHandles])
      await refused(type, /There is no agent nobody/);
    const python = stage.run("python3", ["-c", "import sys\nprint('up', flush=True)\nsys.stdin.read()", "agent.py"]);
    await python.prints(/up/);
    const { agent = "" } = await window.rpc.sendRequest(Attach, { pid: python.pid });
    await assert.rejects(
      window.rpc.sendRequest(RecordHandles, { agent, seconds: 5 }),
      /is a Python program, and the lines that open files and sockets are noted in Node alone\./,
    );
    const { groups, processes } = await window.rpc.sendRequest(GetOpenHandles, { agent });
    assert.ok(groups.length > 0 && processes[0]?.pid === python.pid);
  });

  it("collect a Python agent's garbage by its client", async () => {
    const client = readFileSync(join(CLIENTS, "python", "agent_vitals.py"), "utf8");
    place.write("agent_vitals.py", client);
    place.write(
      "agent.py",
      `import gc, time
import agent_vitals
gc.disable()
monitor = agent_vitals.create_monitor("littering")
for _ in range(1000):
    one = []
    one.append(one)
del one
print("littered", flush=True)
time.sleep(600)`,
    );
    place.config({ name: "littering", command: "python3", args: ["agent.py"] });
    await agentThat(window, "littering", () => true);
    await window.rpc.sendRequest(StartAgent, { agent: "littering" });
    await agentThat(window, "littering", (a) => a.connections > 0);
    const collected = await window.rpc.sendRequest(CollectGarbage, { agent: "littering" });
    assert.ok((collected.objects ?? 0) >= 1000, String(collected.objects));
    assert.match(collectedText(collected), /^found \d+ unreachable objects in .*; the process has .*/);
    const { threads, process: memory } = await window.rpc.sendRequest(GetHeapSummary, { agent: "littering" });
    assert.ok(threads.length === 0 && memory.resident > 1e6);
  });
});
