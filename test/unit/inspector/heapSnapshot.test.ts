import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import {
  type SnapshotProgress,
  type SnapshotSource,
  takeHeapSnapshot,
} from "../../../src/inputs/inspector/heapSnapshot.ts";
import { freeSpace } from "../../../src/inputs/inspector/snapshotFile.ts";
import { until } from "../../support/until.ts";
import { type Attached, type Program, Stage } from "./support.ts";

/** Holds about 20 MB in objects of a class of its own, and answers each line. */
const HOLDER = `
class Session { constructor(i) { this.name = "session " + i; this.turns = [{ prompt: "what about " + i }]; } }
globalThis.sessions = Array.from({ length: 60000 }, (_, i) => new Session(i));
process.stdin.on("data", () => console.log("alive"));
console.log("holds");
`;

interface Snapshot {
  snapshot: { meta: { node_fields: string[]; node_types: [string[]] }; node_count: number };
  nodes: number[];
  strings: string[];
}

const read = (file: string) => JSON.parse(readFileSync(file, "utf8")) as Snapshot;

/** Ids of the objects of a class, in the order of the file. */
function idsOf({ snapshot, nodes, strings }: Snapshot, name: string): number[] {
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, label, id] = ["type", "name", "id"].map((field) => fields.indexOf(field)) as [number, number, number];
  const object = types[0].indexOf("object");
  const ids: number[] = [];
  for (let i = 0; i < nodes.length; i += fields.length)
    if (nodes[i + type] === object && strings[nodes[i + label] ?? 0] === name) ids.push(nodes[i + id] ?? 0);
  return ids;
}

describe("a heap snapshot of an attached agent", function () {
  this.timeout(60_000);
  const stage = new Stage();
  let folder: string;
  let file: string;
  let agent: Program;
  let attached: Attached;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "av-heap-"));
    file = join(folder, "one.heapsnapshot");
    agent = stage.run(process.execPath, ["-e", HOLDER]);
    await agent.prints(/holds/);
    attached = await stage.attach({ pid: agent.pid });
  });
  afterEach(async () => {
    await stage.clear();
    rmSync(folder, { recursive: true, force: true });
  });

  const alive = () => agent.ask("still there?", /alive/);

  it("is whole, its owner's alone, told of as it comes, and the attachment goes on", async () => {
    const told: SnapshotProgress[] = [];
    const taken = await takeHeapSnapshot(attached.inspector, file, { onProgress: (progress) => told.push(progress) });
    assert.deepEqual(readdirSync(folder), ["one.heapsnapshot"]);
    const { size, mode } = statSync(file);
    assert.deepEqual([taken.file, taken.size, mode & 0o777], [file, size, 0o600]);
    const snapshot = read(file);
    assert.equal(snapshot.nodes.length / snapshot.snapshot.meta.node_fields.length, snapshot.snapshot.node_count);
    assert.equal(idsOf(snapshot, "Session").length, 60_000);
    assert.ok(taken.heap > 10e6 && taken.pause > 0);
    assert.deepEqual([...new Set(told.map(({ phase }) => phase))], ["walking", "writing"]);
    assert.ok(told.some(({ phase, done, total }) => phase === "walking" && done > 0 && done < total));
    assert.equal(told.at(-1)?.bytes, size);
    await attached.told.nextRuntime();
    assert.deepEqual([attached.told.ends, attached.told.logged.filter((line) => !line.startsWith("info"))], [[], []]);
  });

  it("names the same objects by the same ids as the one before when they are kept, and not otherwise", async () => {
    const ids = async (name: string, keepIds: boolean) => {
      await takeHeapSnapshot(attached.inspector, join(folder, name), { keepIds });
      return idsOf(read(join(folder, name)), "Session");
    };
    const first = await ids("first", true);
    assert.deepEqual((await ids("second", true)).toSorted(), first.toSorted());
    await ids("last", false); // Its ids are those of before too; then they are forgotten, and allocation is fast again.
    const anew = new Set(await ids("anew", false));
    assert.equal(first.filter((id) => anew.has(id)).length < first.length, true);
  });

  it("leaves nothing when it is cancelled, at once, and the agent takes no other before it goes on", async () => {
    const controller = new AbortController();
    let cancelledAt = 0;
    const onProgress = ({ done }: SnapshotProgress) => {
      if (done === 0 || controller.signal.aborted) return;
      cancelledAt = performance.now();
      controller.abort();
    };
    const taking = takeHeapSnapshot(attached.inspector, file, { signal: controller.signal, onProgress });
    await assert.rejects(taking, /cancelled.*goes on when V8 is through/);
    assert.ok(performance.now() - cancelledAt < 500);
    assert.deepEqual(readdirSync(folder), []);
    await assert.rejects(takeHeapSnapshot(attached.inspector, file), /is being taken of it already/);
    await alive();
    const again = await until("it can be taken again", () =>
      takeHeapSnapshot(attached.inspector, file).catch(() => false as const),
    );
    assert.equal(again.file, file);
    read(file);
    const { signal } = controller;
    await assert.rejects(takeHeapSnapshot(attached.inspector, join(folder, "no"), { signal }), /cancelled/);
  });

  it("holds the agent back while too much waits for the disk", async () => {
    const held: string[] = [];
    const sent: string[] = [];
    let take: (params: never) => void = () => {};
    // A target that floods: a real one is rarely faster than a disk.
    const source: SnapshotSource = {
      pause: () => void held.push("pause"),
      resume: () => void held.push("resume"),
      on: (event, listener) => {
        if (event === "HeapProfiler.addHeapSnapshotChunk") take = listener;
        return () => {};
      },
      send: async (method) => {
        sent.push(method);
        const chunk = " ".repeat(2 ** 20);
        if (method === "HeapProfiler.takeHeapSnapshot") {
          for (let i = 0; i < 100; i++) take({ chunk } as never);
          await until("the disk has caught up", () => held.length > 1);
          take({ chunk: "}" } as never);
        }
        return { usedSize: 1 } as never;
      },
    };
    const { size } = await takeHeapSnapshot(source, file);
    assert.deepEqual([held, size, statSync(file).size], [["pause", "resume"], 100 * 2 ** 20 + 1, size]);
    // Slow as long as the profiler is enabled.
    assert.deepEqual(sent.slice(-2), ["HeapProfiler.takeHeapSnapshot", "HeapProfiler.disable"]);
  });

  it("leaves nothing when the agent is killed meanwhile, and when it is detached from", async () => {
    for (const end of [() => agent.child.kill("SIGKILL"), () => void attached.inspector.detach()]) {
      // On a busy machine it may all have come before it is seen that it begins: then it is tried again.
      for (let caught = false; !caught; ) {
        let ended = false;
        const onProgress = ({ done }: SnapshotProgress) => {
          if (done > 0 && !ended) end();
          ended ||= done > 0;
        };
        caught = await takeHeapSnapshot(attached.inspector, file, { onProgress }).then(
          () => false,
          (error: Error) => /came to nothing: .*was closed/.test(error.message) || Promise.reject(error),
        );
        assert.deepEqual(readdirSync(folder), caught ? [] : [basename(file)]);
        rmSync(file, { force: true });
        agent = stage.run(process.execPath, ["-e", HOLDER]);
        await agent.prints(/holds/);
        attached = await stage.attach({ pid: agent.pid });
      }
    }
  });

  it("is refused where there is no folder, no right to write, or too little room", async () => {
    const refused = (path: string, reason: RegExp) =>
      assert.rejects(takeHeapSnapshot(attached.inspector, path), reason);
    await refused(join(folder, "none", "one"), /can't be written to \(ENOENT\): choose a folder that is there/);
    writeFileSync(join(folder, "file"), "");
    await refused(join(folder, "file", "one"), /can't be written \(ENOTDIR\)/);
    await takeHeapSnapshot(attached.inspector, file); // Nothing of that keeps it from being taken.
  });

  it("leaves nothing on a disk that is full, or fills meanwhile, and says so", async function () {
    const disk = join(folder, "disk");
    mkdirSync(disk);
    try {
      execFileSync("/bin/mount", ["-t", "tmpfs", "-o", "size=64m", "tmpfs", disk], { stdio: "ignore" });
    } catch {
      this.skip(); // Only root may.
    }
    try {
      const path = join(disk, "one.heapsnapshot");
      const full = (mebibytes: number) => writeFileSync(join(disk, "other"), Buffer.alloc(mebibytes * 2 ** 20));
      full(60);
      await assert.rejects(takeHeapSnapshot(attached.inspector, path), /needs about .* MiB, and .* has .* MiB left/);
      full(0);
      assert.ok((await freeSpace(disk)) > 60e6);
      const onProgress = ({ done }: SnapshotProgress) => {
        if (done > 0 && statSync(join(disk, "other")).size === 0) full(58);
      };
      await assert.rejects(takeHeapSnapshot(attached.inspector, path, { onProgress }), /the disk is full\. Make room/);
      assert.deepEqual(readdirSync(disk), ["other"]);
      await alive();
    } finally {
      execFileSync("/bin/umount", [disk]);
    }
  });
});
