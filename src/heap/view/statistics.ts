import type { HeapStatistics } from "../../model/heap.ts";
import type { HeapSnapshot } from "../heapSnapshot.ts";
import { Mark } from "../stringMarks.ts";
import { EDGE_TYPE } from "../tables.ts";

/** What the heap consists of, by DevTools' rules: hidden, native, code and strings by type, the rest by what it is. */
export function statisticsOf(heap: HeapSnapshot): HeapStatistics {
  const { tables, types, marks, retainedSizes } = heap;
  const { layout, nodeTypes, nodeNames, selfSizes } = tables;
  let native = layout.extraNativeBytes;
  let buffers = 0;
  let code = 0;
  let strings = 0;
  let arrays = 0;
  let system = 0;
  for (let node = 0; node < nodeTypes.length; node++) {
    const type = nodeTypes[node]!;
    const size = selfSizes[node]!;
    const mark = marks[nodeNames[node]!];
    if (type === types.hidden) system += size;
    else if (type === types.native) {
      native += size;
      if (mark === Mark.arrayBufferData) buffers += size;
    } else if (type === types.code) code += size;
    else if (type === types.string || type === types.consString || type === types.slicedString) strings += size;
    else if (mark === Mark.array) arrays += size + ownElements(heap, node);
  }
  const total = retainedSizes[layout.root]! + layout.extraNativeBytes;
  const other = Math.max(0, total - native - code - strings - arrays - system);
  return { total, code, strings, arrays, native, buffers, system, other };
}

/** Size of an array's elements where nothing else holds them, bytes. */
function ownElements({ tables, types, marks, retainers }: HeapSnapshot, node: number): number {
  for (let edge = tables.firstEdge[node]!; edge < tables.firstEdge[node + 1]!; edge++) {
    if ((tables.edgeKinds[edge]! & EDGE_TYPE) !== types.edge.internal) continue;
    if (marks[tables.edgeNames[edge]!] !== Mark.elements) continue;
    const elements = tables.edgeTargets[edge]!;
    const holders = retainers.first[elements + 1]! - retainers.first[elements]!;
    return holders === 1 ? tables.selfSizes[elements]! : 0;
  }
  return 0;
}
