import assert from "node:assert/strict";
import { type OpenedHeap, openHeap } from "../../../src/heap/openHeap.ts";
import { GrowingSnapshots } from "./growing.ts";

const first = { from: 0, count: 500 };
const sort = { by: "selfGrowth", descending: true } as const;

describe("Heap snapshots side by side", function () {
  this.timeout(60_000);
  const snapshots = new GrowingSnapshots();
  before(() => snapshots.take());
  after(() => snapshots.dispose());

  const rowOf = (heap: OpenedHeap, name: string, survivors = false) => {
    const row = heap
      .ask({ kind: "differences", survivors, filter: name, sort, window: first })
      .rows.find((one) => one.name === name);
    assert.ok(row, name);
    return row;
  };

  it("are compared object by object when they are of one process", () => {
    const heap = openHeap(snapshots.file(2));
    const comparison = heap.ask({ kind: "compare", before: snapshots.file(1) });
    assert.equal(comparison.by, "id");
    assert.equal(
      comparison.growth,
      heap.facts.kind === "snapshot" ? heap.facts.statistics.total - comparison.before.total : 0,
    );
    const row = rowOf(heap, "Session");
    assert.deepEqual([row.created, row.deleted, row.change, row.count], [100, 20, 80, 781]);
    assert.ok(row.retainedGrowth > row.selfGrowth && row.selfGrowth > 0);
    const nodes = heap.ask({ kind: "differenceNodes", survivors: false, class: row.class, window: first }).rows;
    assert.deepEqual(
      [nodes.filter(({ state }) => state === "new").length, nodes.filter(({ state }) => state === "deleted").length],
      [100, 20],
    );
    assert.equal(nodes.at(-1)?.retainedGrowth, -(nodes.at(-1)?.retainedSize ?? 0));
    // What holds them has grown by what came.
    const store = rowOf(heap, "SessionStore");
    const [grown] = heap.ask({ kind: "differenceNodes", survivors: false, class: store.class, window: first }).rows;
    assert.deepEqual([store.created, store.deleted, grown?.state], [0, 0, "grown"]);
  });

  it("tell of three what came in the second and is still there in the third", () => {
    const heap = openHeap(snapshots.file(3));
    heap.ask({ kind: "compare", before: snapshots.file(1), between: snapshots.file(2) });
    const all = rowOf(heap, "Session");
    assert.deepEqual([all.created, all.deleted], [120, 20]);
    const left = rowOf(heap, "Session", true);
    assert.deepEqual([left.created, left.change], [70, 70]);
    const nodes = heap.ask({ kind: "differenceNodes", survivors: true, class: left.class, window: first });
    assert.equal(nodes.total, 70);
    const sites = heap.ask({ kind: "differenceSites", survivors: true, filter: "Session", sort, window: first }).rows;
    assert.deepEqual([sites[0]?.created, sites[0]?.className], [70, "Session"]);
  });

  it("tell by which way what is new is held", () => {
    const heap = openHeap(snapshots.file(2));
    heap.ask({ kind: "compare", before: snapshots.file(1) });
    const sites = heap.ask({ kind: "differenceSites", survivors: false, filter: "session", sort, window: first }).rows;
    const [site] = sites.filter(({ className }) => className === "Session");
    assert.match(site?.words ?? "", /^\[\] in Map ‹ sessions in SessionStore/);
    assert.deepEqual([site?.created, site?.deleted, site?.change, site?.count], [100, 20, 80, 580]);
  });

  it("are compared by class alone when ids name other objects, and say why", () => {
    const heap = openHeap(snapshots.file(4));
    const comparison = heap.ask({ kind: "compare", before: snapshots.file(3) });
    assert.equal(comparison.by, "shape");
    assert.match(comparison.reason ?? "", /profiler was disabled/);
    const row = heap
      .ask({ kind: "differences", survivors: false, sort: { by: "count", descending: true }, window: first })
      .rows.find(({ name }) => name === "Array");
    assert.deepEqual([row?.created, row?.deleted], [undefined, undefined]);
    const again = openHeap(snapshots.file(3));
    again.ask({ kind: "compare", before: snapshots.file(4), between: snapshots.file(1) });
    const ask = { kind: "differences", survivors: true, sort, window: first } as const;
    assert.throws(() => again.ask(ask), /can't be told of snapshots that are compared by shape/);
  });

  it("refuse to tell survivors of two", () => {
    const heap = openHeap(snapshots.file(2));
    heap.ask({ kind: "compare", before: snapshots.file(1) });
    const ask = { kind: "differences", survivors: true, sort, window: first } as const;
    assert.throws(() => heap.ask(ask), /needs three snapshots/);
  });
});
