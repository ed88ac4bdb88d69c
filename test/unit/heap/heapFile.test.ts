import assert from "node:assert/strict";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { HeapQuestionError, HeapSnapshotError } from "../../../src/heap/error.ts";
import { HeapFile } from "../../../src/heap/worker/heapFile.ts";
import { until } from "../../support/until.ts";
import { GrowingSnapshots } from "./growing.ts";
import { takeSnapshot } from "./snapshots.ts";

const program = join(import.meta.dirname, "../../../src/heap/worker/heapWorker.ts");
const first = { from: 0, count: 10 };

/** Worker threads of this process. */
const threads = () => process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length;

/** Bytes of the whole process that are resident, after a collection. */
function heldNow(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().rss;
}

describe("A heap file in a worker", function () {
  this.timeout(60_000);
  const snapshots = new GrowingSnapshots();
  let large: string;
  before(async () => {
    await snapshots.take();
    large = join(snapshots.folder, "large.heapsnapshot");
    await takeSnapshot(24, "write", large, 20_000);
  });
  after(() => snapshots.dispose());

  it("is read while this thread goes on, with its progress told", async () => {
    const steps: string[] = [];
    const shares: number[] = [];
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 5);
    const file = await HeapFile.open(large, {
      program,
      onProgress: ({ step, share }) => {
        steps.push(step);
        shares.push(share);
      },
    });
    clearInterval(ticking);
    assert.ok(ticks > 10, `${ticks}`);
    assert.deepEqual(steps[0], "Reading");
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
    );
    assert.ok(shares.length > 3 && (shares.at(-1) ?? 2) <= 1);
    assert.ok(file.facts.kind === "snapshot" && file.facts.nodes > 100_000);
    await file.close();
  });

  it("answers, refuses what is not there, and says so once it is closed", async () => {
    const file = await HeapFile.open(snapshots.file(1), { program });
    const node = await file.ask({ kind: "node", id: 1 });
    assert.equal(node.type, "synthetic");
    await assert.rejects(file.ask({ kind: "node", id: 99_999_999 }), HeapQuestionError);
    await assert.rejects(file.ask({ kind: "compare", before: join(snapshots.folder, "none") }), /ENOENT/);
    const waiting = file.ask({ kind: "search", text: "x", window: first });
    const refused = assert.rejects(waiting, /was closed/);
    await file.close();
    await refused;
    await assert.rejects(file.ask({ kind: "node", id: 1 }), /was closed/);
  });

  it("is given up at any moment: the worker is gone and its memory is back", async () => {
    const before = threads();
    const held = heldNow();
    for (let round = 0; round < 5; round++) {
      const abort = new AbortController();
      const opening = HeapFile.open(large, {
        program,
        signal: abort.signal,
        onProgress: ({ share }) => share > round / 5 && abort.abort(new Error("enough")),
      });
      await assert.rejects(opening, /enough/);
    }
    await until("the workers have gone", () => threads() === before);
    const more = heldNow() - held;
    assert.ok(more < 60e6, `${more} bytes are still held`);
  });

  it("fails with the reason when it is no heap file", async () => {
    await assert.rejects(HeapFile.open(program, { program }), HeapSnapshotError);
    await assert.rejects(HeapFile.open(join(snapshots.folder, "none"), { program }), /ENOENT/);
  });
});
