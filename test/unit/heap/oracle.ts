import assert from "node:assert/strict";
import { createReadStream, type ReadStream } from "node:fs";
import { type Readable, Transform } from "node:stream";
import { parse } from "heap-snapshot-toolkit";
import type { HeapSnapshot } from "../../../src/heap/heapSnapshot.ts";

/** What of DevTools' own `JSHeapSnapshot` is compared; its declarations leave most of that out. */
interface DevTools {
  nodeFieldCount: number;
  dominatorsTree: Uint32Array;
  createNode(index: number): DevToolsNode;
  applyInterfaceDefinitions(definitions: readonly unknown[]): void;
  aggregatesWithFilter(filter: object): Record<string, DevToolsAggregate>;
  getStatistics(): unknown;
}

interface DevToolsNode {
  nodeIndex: number;
  id(): number;
  name(): string;
  rawName(): string;
  type(): string;
  selfSize(): number;
  retainedSize(): number;
  distance(): number;
  detachedness(): number;
  retainersCount(): number;
  edgesCount(): number;
}

interface DevToolsAggregate {
  count: number;
  self: number;
  maxRet: number;
  distance: number;
}

/**
 * Chrome DevTools' own code on the same file. It stumbles over snapshots of Node that were taken while allocations were
 * tracked: their head counts fewer functions than their table has (40 of 43). It gets the count of the table.
 */
export async function readByDevTools(file: string, { tables: { traces } }: HeapSnapshot): Promise<DevTools> {
  const functions = (traces?.functions.length ?? 0) / 6;
  const mended = new Transform({
    transform(chunk: Buffer, _, done) {
      done(null, `${chunk}`.replace(/("trace_function_count":)\d+/, `$1${functions}`));
    },
  });
  const whole: Readable = createReadStream(file, "utf8").pipe(mended).setEncoding("utf8");
  return (await parse(whole as ReadStream)) as unknown as DevTools;
}

/** Every node must be what DevTools says. @returns how many were compared */
export function compareNodes({ tables, ...ours }: HeapSnapshot, devtools: DevTools, nameOf: (node: number) => string) {
  const count = tables.nodeIds.length;
  const node = devtools.createNode(0);
  const differences: string[] = [];
  for (let i = 0; i < count; i++) {
    node.nodeIndex = i * devtools.nodeFieldCount;
    const pairs: Record<string, [unknown, unknown]> = {
      id: [tables.nodeIds[i], node.id()],
      type: [tables.layout.nodeTypes[tables.nodeTypes[i] as number], node.type()],
      name: [nameOf(i), node.name()],
      "self size": [tables.selfSizes[i], node.selfSize()],
      "retained size": [ours.retainedSizes[i], node.retainedSize()],
      distance: [ours.distances[i], node.distance()],
      dominator: [ours.dominators[i], devtools.dominatorsTree[i]],
      detachedness: [tables.detachedness?.[i] ?? 0, node.detachedness()],
      retainers: [(ours.retainers.first[i + 1] as number) - (ours.retainers.first[i] as number), node.retainersCount()],
      edges: [(tables.firstEdge[i + 1] as number) - (tables.firstEdge[i] as number), node.edgesCount()],
    };
    for (const [what, [our, their]] of Object.entries(pairs))
      if (our !== their && differences.length < 10)
        differences.push(`${what} of ${i} (${node.name()}): ${our}, DevTools ${their}`);
  }
  assert.deepEqual(differences, []);
  return count;
}

/** Sums by class, by DevTools' keys: the place of the constructor and the name. */
export function ourAggregates({ classTable, aggregates }: HeapSnapshot): Record<string, DevToolsAggregate> {
  const sums: Record<string, DevToolsAggregate> = {};
  classTable.classes.forEach(({ name, location }, i) => {
    if (aggregates.count[i] === 0) return;
    const place = location ? `${location.script},${location.line},${location.column}` : "";
    sums[`${place},${name}`] = {
      count: aggregates.count[i] as number,
      self: aggregates.selfSize[i] as number,
      maxRet: aggregates.retainedSize[i] as number,
      distance: aggregates.distance[i] as number,
    };
  });
  return sums;
}

export function devToolsAggregates(devtools: DevTools): Record<string, DevToolsAggregate> {
  const all = Object.entries(devtools.aggregatesWithFilter({}));
  return Object.fromEntries(
    all.map(([key, { count, self, maxRet, distance }]) => [key, { count, self, maxRet, distance }]),
  );
}
