import type { StringTable } from "./stringTable.ts";

/** A function on the stack that allocated. */
export interface TraceFrame {
  function: string;
  file: string;
  /** From 0; -1 when V8 does not know it. */
  line: number;
  /** From 0. */
  column: number;
}

/** Stacks of a snapshot that was taken while allocations were tracked: nodes of the trace tree by their ids. */
export interface Traces {
  /** Column numbers of V8's table of functions: id, name, script_name, script_id, line, column. */
  functions: readonly number[];
  /** The function of a trace node, as its row in `functions`, and the trace node that called it. */
  nodes: Map<number, { row: number; caller: number | undefined }>;
}

const FUNCTION_FIELDS = 6;

/** @param tree `[id, function's row, count, size, [children…]]`, nested */
export function toTraces(functions: unknown, tree: unknown): Traces | undefined {
  if (!Array.isArray(functions) || functions.length === 0 || !Array.isArray(tree) || tree.length < 5) return undefined;
  const nodes: Traces["nodes"] = new Map();
  const waiting: { row: unknown[]; caller: number | undefined }[] = [{ row: tree, caller: undefined }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (let at = 0; at + 4 < next.row.length; at += 5) {
      const id = Number(next.row[at]);
      nodes.set(id, { row: Number(next.row[at + 1]), caller: next.caller });
      const children = next.row[at + 4];
      if (Array.isArray(children) && children.length > 0) waiting.push({ row: children, caller: id });
    }
  }
  return { functions, nodes };
}

/** The stack that allocated a node, innermost first; the root of the tree is no function. */
export function framesOf({ functions, nodes }: Traces, strings: StringTable, traceNode: number): TraceFrame[] {
  const frames: TraceFrame[] = [];
  for (let node = nodes.get(traceNode); node?.caller !== undefined; node = nodes.get(node.caller)) {
    const at = node.row * FUNCTION_FIELDS;
    if (at + FUNCTION_FIELDS > functions.length) break;
    frames.push({
      function: strings.get(functions[at + 1] ?? -1),
      file: strings.get(functions[at + 2] ?? -1),
      // V8 counts both from 1 here, unlike in its locations; 0 is what it does not know.
      line: (functions[at + 4] ?? 0) - 1,
      column: Math.max(0, (functions[at + 5] ?? 0) - 1),
    });
  }
  return frames;
}
