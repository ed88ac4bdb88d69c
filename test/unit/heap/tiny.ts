export interface TinySnapshot {
  /** type, name, id, self size, edges */
  nodes: number[][];
  /** type, name or index, target's row */
  edges: number[][];
  strings: string[];
  counts?: { nodes?: number; edges?: number };
}

export const NodeType = { hidden: 0, array: 1, string: 2, object: 3, code: 4, closure: 5, synthetic: 9 } as const;
export const EdgeType = { context: 0, element: 1, property: 2, internal: 3, shortcut: 5, weak: 6 } as const;

const META = {
  node_fields: ["type", "name", "id", "self_size", "edge_count"],
  node_types: [
    ["hidden", "array", "string", "object", "code", "closure", "regexp", "number", "native", "synthetic"],
    "string",
    "number",
    "number",
    "number",
  ],
  edge_fields: ["type", "name_or_index", "to_node"],
  edge_types: [
    ["context", "element", "property", "internal", "hidden", "shortcut", "weak"],
    "string_or_number",
    "node",
  ],
};

/** A snapshot of a few nodes, as V8 would write it. */
export function tinyText({ nodes, edges, strings, counts = {} }: TinySnapshot): string {
  const { length: fields } = META.node_fields;
  return JSON.stringify({
    snapshot: { meta: META, node_count: counts.nodes ?? nodes.length, edge_count: counts.edges ?? edges.length },
    nodes: nodes.flat(),
    edges: edges.flatMap(([type = 0, name = 0, to = 0]) => [type, name, to * fields]),
    strings,
  });
}
