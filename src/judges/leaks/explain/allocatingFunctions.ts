import type { OpenedSnapshot } from "../../../heap/opened.ts";
import { framesOf } from "../../../heap/read/traces.ts";
import { type HoldingFunction, isOwn } from "./allocations.ts";
import type { Evidence } from "./evidence.ts";

/** Stacks of a snapshot's objects: their numbers, which stay while allocations are tracked, by the objects' ids. */
export function stacksOf({ heap: { tables } }: OpenedSnapshot): Map<number, number> {
  const stacks = new Map<number, number>();
  tables.traceNodeIds?.forEach((stack, node) => {
    if (stack !== 0) stacks.set(tables.nodeIds[node]!, stack);
  });
  return stacks;
}

/**
 * The developer's functions on the stacks by which the objects that grew came to be, of a snapshot that was taken while
 * allocations were tracked: the stack with the most bytes first, the innermost function of it first. V8 tells functions,
 * no lines in them. Empty where nothing was tracked.
 * @param earlier stacks of an earlier snapshot: V8 forgets that of an object that a collection moves
 */
export function allocatingFunctions(
  { opened, growth }: Evidence,
  earlier: ReadonlyMap<number, number>,
): HoldingFunction[] {
  const { traces, traceNodeIds, strings, selfSizes, nodeIds } = opened.heap.tables;
  if (!traces) return [];
  const bytes = new Map<number, number>();
  for (const node of growth.members) {
    const stack = traceNodeIds?.[node] || (earlier.get(nodeIds[node]!) ?? 0);
    bytes.set(stack, (bytes.get(stack) ?? 0) + selfSizes[node]!);
  }
  const found = new Map<string, HoldingFunction>();
  for (const [stack, size] of [...bytes].sort(([, a], [, b]) => b - a))
    for (const { function: name, file, line, column } of framesOf(traces, strings, stack)) {
      if (!isOwn(file) || line < 0) continue;
      const key = `${file}:${line}:${column}`;
      const known = found.get(key) ?? { name, file, line, column, bytes: 0 };
      known.bytes += size;
      found.set(key, known);
    }
  return [...found.values()];
}
