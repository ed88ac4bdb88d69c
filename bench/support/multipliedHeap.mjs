// multipliedHeap.mjs FILE TIMES OUTPUT: a snapshot with so many copies of another's heap below one root, for a size of which
// no machine at hand could take a real one (V8 needs several times the file's size for that).

import { once } from "node:events";
import { createWriteStream, readFileSync } from "node:fs";

const [file, times, output] = process.argv.slice(2);
const heap = JSON.parse(readFileSync(file, "utf8"));
const { node_fields: fields, edge_fields: edgeFields, edge_types: edgeTypes } = heap.snapshot.meta;
const width = fields.length;
const at = (field) => fields.indexOf(field);
const elementType = edgeTypes[0].indexOf("element");
const copies = Number(times);
const { nodes, edges, strings } = heap;
const lastId = Math.max(...sample(nodes, width, at("id"))) + 2;

const out = createWriteStream(output);
/** Writes in pieces of a few MB, so that what waits for the disk stays small. */
async function write(text) {
  if (!out.write(text)) await once(out, "drain");
}
const PIECE = 1_000_000;

heap.snapshot.node_count = 1 + (copies * nodes.length) / width;
heap.snapshot.edge_count = copies * (1 + edges.length / edgeFields.length);
heap.snapshot.extra_native_bytes = undefined;
await write(`{"snapshot":${JSON.stringify(heap.snapshot)},\n"nodes":[`);
const root = nodes.slice(0, width);
root[at("edge_count")] = copies;
await write(root.join(","));
for (let copy = 0; copy < copies; copy++) {
  for (let from = 0; from < nodes.length; from += PIECE * width) {
    const piece = nodes.slice(from, from + PIECE * width);
    for (let node = 0; node < piece.length; node += width) {
      piece[node + at("name")] += copy * strings.length;
      piece[node + at("id")] += lastId * (copy + 1);
    }
    await write(`,\n${piece.join(",")}`);
  }
}
await write('],\n"edges":[');
const roots = Array.from({ length: copies }, (_, copy) => [elementType, copy + 1, width + copy * nodes.length]);
await write(roots.flat().join(","));
const named = new Set(
  ["context", "property", "internal", "shortcut", "weak"].map((name) => edgeTypes[0].indexOf(name)),
);
for (let copy = 0; copy < copies; copy++) {
  for (let from = 0; from < edges.length; from += PIECE * 3) {
    const piece = edges.slice(from, from + PIECE * 3);
    for (let edge = 0; edge < piece.length; edge += 3) {
      if (named.has(piece[edge])) piece[edge + 1] += copy * strings.length;
      piece[edge + 2] += width + copy * nodes.length;
    }
    await write(`,\n${piece.join(",")}`);
  }
}
await write('],\n"trace_function_infos":[],"trace_tree":[],"samples":[],"locations":[],\n"strings":[');
const texts = strings.map((text) => JSON.stringify(text)).join(",\n");
for (let copy = 0; copy < copies; copy++) await write(copy === 0 ? texts : `,\n${texts}`);
out.end("]}\n");
await once(out, "finish");

function* sample(numbers, step, from) {
  let most = 0;
  for (let i = from; i < numbers.length; i += step) most = Math.max(most, numbers[i]);
  yield most;
}
