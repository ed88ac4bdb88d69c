import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CollectorConnection } from "../../../src/collector/client.ts";
import {
  Attach,
  CancelHeapSnapshot,
  EstimateHeapSnapshot,
  HeapSnapshotProgress,
  StartAgent,
  StopAgent,
  TakeHeapSnapshot,
  WatchSeries,
} from "../../../src/collector/protocol.ts";
import { Stage } from "../inspector/support.ts";
import { agentThat, Workplace } from "../support/workplace.ts";

/** Holds some 10 MB. */
const HOLDER =
  'globalThis.kept = Array.from({ length: 40_000 }, (_, i) => ({ name: "turn " + i, of: { i } })); console.log("holds"); setInterval(() => {}, 1000);';

const isWhole = (file: string) => assert.ok(JSON.parse(readFileSync(file, "utf8")).nodes.length > 100_000);

describe("heap snapshots by the collector", function () {
  this.timeout(60_000);
  const stage = new Stage();
  let place: Workplace;
  let window: CollectorConnection;

  beforeEach(async () => {
    place = new Workplace();
    place.write("agent.cjs", HOLDER);
    place.config({ name: "my agent: 1", command: process.execPath, args: ["agent.cjs"] });
    window = await place.connect();
  });
  afterEach(async () => {
    await stage.clear();
    await place.dispose();
  });

  async function launched(): Promise<string> {
    await window.rpc.sendRequest(StartAgent, { agent: "my agent: 1" });
    await agentThat(window, "my agent: 1", (a) => a.runs[0]?.kept.some(({ size }) => size > 0) === true);
    return "my agent: 1";
  }

  it("cost what is said before, lie among what the run keeps, and mark the charts", async () => {
    const agent = await launched();
    const { heap, pause, fileSize, free } = await window.rpc.sendRequest(EstimateHeapSnapshot, { agent });
    assert.ok(heap > 5e6 && heap < 100e6 && pause.from < pause.to && fileSize > heap && free > 0);
    const bytes: number[] = [];
    window.rpc.onNotification(HeapSnapshotProgress, (progress) => void bytes.push(progress.bytes));
    const first = await window.rpc.sendRequest(TakeHeapSnapshot, { agent, id: 1 });
    isWhole(first.file);
    assert.match(first.file, /\/runs\/[^/]+\/my-agent-1-run1-1\.heapsnapshot$/);
    assert.deepEqual([first.size, bytes.at(-1)], [statSync(first.file).size, first.size]);
    const second = await window.rpc.sendRequest(TakeHeapSnapshot, { agent, id: 2 });
    assert.match(second.file, /my-agent-1-run1-2\.heapsnapshot$/);
    const named = (run: { kept: { name: string }[] } | undefined) => run?.kept.map(({ name }) => name);
    const { runs, inspector } = await agentThat(window, agent, (a) => a.runs[0]?.kept.length === 3);
    assert.deepEqual(named(runs[0]), [
      "my-agent-1-run1-1.heapsnapshot",
      "my-agent-1-run1-2.heapsnapshot",
      "output.log",
    ]);
    assert.equal(inspector?.state, "attached");
    const series = await window.rpc.sendRequest(WatchSeries, { agent });
    const marks = series?.marks.filter(({ label }) => /^Heap snapshot, paused .*s$/.test(label)) ?? [];
    assert.equal(marks.length, 2);
    assert.ok(marks.every(({ time, endTime = 0 }) => endTime > time));
  });

  it("of an attached process lie in a folder of their own, or where they are wanted", async () => {
    const program = stage.run(process.execPath, ["-e", HOLDER]);
    await program.prints(/holds/);
    const { agent = "" } = await window.rpc.sendRequest(Attach, { pid: program.pid, inspect: false });
    const folder = join(place.addresses.stateFolder, "heap");
    const { file } = await window.rpc.sendRequest(TakeHeapSnapshot, { agent, id: 1 });
    assert.equal(dirname(file), folder);
    isWhole(file);
    assert.deepEqual([statSync(folder).mode & 0o777, statSync(file).mode & 0o777], [0o700, 0o600]);
    await agentThat(window, agent, (a) => a.runs[0]?.kept[0]?.path === file);
    // What a collector that was killed left half written goes with the next one.
    writeFileSync(join(folder, "node-run1-9.heapsnapshot.0011aabb.part"), "{");
    const wanted = join(place.folder, "here.heapsnapshot");
    await window.rpc.sendRequest(TakeHeapSnapshot, { agent, id: 1, file: wanted });
    isWhole(wanted);
    await window.rpc.sendRequest(TakeHeapSnapshot, { agent, id: 1 });
    assert.equal(readdirSync(folder).length, 2);
    assert.ok(readdirSync(folder).every((name) => name.endsWith(".heapsnapshot")));
    await assert.rejects(
      window.rpc.sendRequest(TakeHeapSnapshot, { agent, id: 1, file: "here" }),
      /here can't be written: give its whole path/,
    );
  });

  for (const how of ["cancelled", "forsaken by its window"]) {
    it(`leave nothing when one is ${how}`, async () => {
      const agent = await launched();
      const other = await place.connect();
      const wanted = join(place.folder, "one.heapsnapshot");
      let told = false;
      window.rpc.onNotification(HeapSnapshotProgress, ({ id }) => {
        if (!told && how === "cancelled") void window.rpc.sendNotification(CancelHeapSnapshot, { id });
        else if (!told) window.close();
        told = true;
      });
      const outcome = window.rpc.sendRequest(TakeHeapSnapshot, { agent, file: wanted, id: 7 }).catch(String);
      const refused = other.rpc.sendRequest(TakeHeapSnapshot, { agent, id: 1 });
      await assert.rejects(refused, /being taken of it already/);
      if (how === "cancelled") assert.match(String(await outcome), /The heap snapshot was cancelled/);
      // It goes on, and is taken again.
      for (;;) {
        const again = await other.rpc.sendRequest(TakeHeapSnapshot, { agent, id: 2 }).catch(String);
        if (typeof again !== "string") break;
        assert.match(again, /being taken of it already/);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.deepEqual(
        readdirSync(place.folder).filter((name) => name.startsWith("one")),
        [],
      );
    });
  }

  it("say so when the agent ends meanwhile, does not run, or is Python", async () => {
    const agent = await launched();
    const { pid = 0 } = (await agentThat(window, agent, () => true)).runs[0] ?? {};
    let killed = false;
    window.rpc.onNotification(HeapSnapshotProgress, () => {
      if (!killed) process.kill(pid, "SIGKILL");
      killed = true;
    });
    const refused = (name: string, reason: RegExp) =>
      assert.rejects(window.rpc.sendRequest(TakeHeapSnapshot, { agent: name, id: 1 }), reason);
    await refused(agent, /my agent: 1 ended while its heap snapshot was taken: nothing is left of it/);
    await agentThat(window, agent, (a) => a.status === "failed" || a.status === "stopped");
    await window.rpc.sendRequest(StopAgent, { agent });
    await refused(agent, /does not run: start it first/);
    await refused("nobody", /There is no agent nobody/);
    const python = stage.run("python3", ["-c", "import sys\nprint('up', flush=True)\nsys.stdin.read()", "agent.py"]);
    await python.prints(/up/);
    const { agent: name = "" } = await window.rpc.sendRequest(Attach, { pid: python.pid });
    await refused(name, /is a Python program, and heap snapshots are of Node alone\. "Hunt for Leaks"/);
  });
});
