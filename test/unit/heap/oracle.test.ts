import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NODE_MAJORS } from "../../../scripts/nodeVersions.ts";
import { aggregate } from "../../../src/heap/classes/aggregates.ts";
import { classifyByShape } from "../../../src/heap/classes/shapes.ts";
import { analyse, type HeapSnapshot } from "../../../src/heap/heapSnapshot.ts";
import { nodeName } from "../../../src/heap/view/names.ts";
import { statisticsOf } from "../../../src/heap/view/statistics.ts";
import { compareNodes, devToolsAggregates, ourAggregates, readByDevTools } from "./oracle.ts";
import { detachedPageSnapshot } from "./pageSnapshot.ts";
import { takeSnapshot, WRITERS } from "./snapshots.ts";

describe("The heap engine equals Chrome DevTools, node for node", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "agent-vitals-heap-"));
  });
  after(() => rm(folder, { recursive: true }));

  for (const major of NODE_MAJORS)
    for (const writer of WRITERS)
      it(`on a snapshot of Node ${major} by ${writer}`, async () => {
        const file = join(folder, `${writer}-${major}.heapsnapshot`);
        await takeSnapshot(major, writer, file);
        await compareAll(file);
      }).timeout(120_000);

  it("on a snapshot of a page with parts that have fallen out of its document", async () => {
    const file = join(folder, "page.heapsnapshot");
    await detachedPageSnapshot(file);
    const heap = await compareAll(file);
    assert.ok(heap.detached?.includes(1));
    assert.ok(heap.classTable.classes.some(({ name }) => name === "Detached <section>"));
  }).timeout(120_000);
});

async function compareAll(file: string): Promise<HeapSnapshot> {
  const heap = analyse(file);
  const devtools = await readByDevTools(file, heap);
  assert.equal(
    compareNodes(heap, devtools, (node) => nodeName(heap, node)),
    heap.tables.nodeIds.length,
  );
  const { total, code, strings, arrays, native, buffers, system } = statisticsOf(heap);
  assert.deepEqual(devtools.getStatistics(), {
    total,
    native: { total: native, typedArrays: buffers },
    v8heap: { total: total - native, code, jsArrays: arrays, strings, system },
  });
  const shapes = classifyByShape(heap);
  const { tables, distances, retainedSizes, dominated } = heap;
  const byShape = {
    ...heap,
    classTable: shapes,
    aggregates: aggregate(tables, shapes, distances, retainedSizes, dominated),
  };
  assert.deepEqual(ourAggregates(byShape), devToolsAggregates(devtools));
  devtools.applyInterfaceDefinitions([]);
  assert.deepEqual(ourAggregates(heap), devToolsAggregates(devtools));
  return heap;
}
