import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HeapMemoryError, HeapSnapshotError } from "../../../src/heap/error.ts";
import { checkMemory } from "../../../src/heap/memoryNeed.ts";
import { openHeap } from "../../../src/heap/openHeap.ts";
import { EdgeType, NodeType, type TinySnapshot, tinyText } from "./tiny.ts";

const { object, synthetic } = NodeType;
const { property, element } = EdgeType;

const whole: TinySnapshot = {
  nodes: [
    [synthetic, 0, 1, 0, 1],
    [object, 1, 3, 16, 2],
    [object, 2, 5, 32, 1],
  ],
  edges: [
    [element, 1, 1],
    [property, 3, 2],
    [property, 4, 1],
    [property, 4, 1],
  ],
  strings: ["", "Agent", "Store", "store", "owner"],
};

describe("A heap file that can't be read", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "agent-vitals-heap-"));
    file = join(folder, "it.heapsnapshot");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const refused = (text: string, why: RegExp) => {
    writeFileSync(file, text);
    assert.throws(
      () => openHeap(file),
      (error: Error) => error instanceof HeapSnapshotError && why.test(error.message),
      text.slice(0, 200),
    );
  };
  const with_ = (change: Partial<TinySnapshot>) => tinyText({ ...whole, ...change });

  it("is told from one that can", () => {
    writeFileSync(file, tinyText(whole));
    assert.equal(openHeap(file).facts.nodes, 3);
  });

  it("is empty, no JSON, of another format, or lacks its tables", () => {
    refused("", /The file is empty. Take the snapshot anew/);
    refused("PK\u0003\u0004", /no JSON object/);
    refused("[1, 2]", /no JSON object/);
    refused("{}", /lacks "snapshot", "nodes", "edges", "strings"/);
    refused('{"nodes": []}', /"nodes" comes before "snapshot"/);
    refused('{"snapshot": {}}', /begins without "snapshot" and its "meta"/);
    refused('{"traceEvents": [{"ph": "X"}]}', /lacks "snapshot"/);
  });

  it("is cut off, wherever that is", () => {
    const text = tinyText(whole);
    for (let length = 1; length < text.length - 1; length += 7)
      refused(text.slice(0, length), /cut off|no heap snapshot|no whole/);
  });

  it("has numbers that name what is not there", () => {
    refused(
      with_({ edges: [[element, 1, 9], ...whole.edges.slice(1)] }),
      /edge 0 has the to_node 45, which there is not/,
    );
    refused(with_({ edges: [[99, 1, 1], ...whole.edges.slice(1)] }), /edge 0 has the type 99/);
    refused(with_({ edges: [[property, 77, 1], ...whole.edges.slice(1)] }), /edge 0 has the name 77/);
    refused(with_({ nodes: [[77, 0, 1, 0, 1], ...whole.nodes.slice(1)] }), /node 0 has the type 77/);
    refused(with_({ nodes: [[synthetic, 55, 1, 0, 1], ...whole.nodes.slice(1)] }), /node 0 has the name 55/);
    refused(
      with_({ nodes: [[synthetic, 0, 1, 0, 3], ...whole.nodes.slice(1)] }),
      /its nodes have 6 edges, its table 4/,
    );
    refused(with_({ counts: { nodes: 4 } }), /tells of 4 nodes, its table holds only 3/);
    refused(with_({ counts: { nodes: 2 } }), /tells of 2 nodes, its table holds more/);
    refused(with_({ counts: { nodes: 4e9 } }), /can't hold: it is cut off or broken/);
    refused(with_({ counts: { nodes: -1 } }), /node_count is -1, not a count/);
    refused(tinyText(whole).replace(/"nodes":\[/, '"nodes":[-'), /./);
    refused(tinyText(whole).replace(/"nodes":\[/, '"nodes":["x",'), /./);
  });

  it("is a broken profile", () => {
    refused('{"head": {"selfSize": 1', /no whole JSON/);
    refused('{"head": {"callFrame": {}, "selfSize": -1, "children": []}}', /selfSize of its call 0 is -1/);
    refused('{"head": {"callFrame": {}, "selfSize": 1, "children": [7]}}', /no|broken/);
  });

  it("does not run in circles over what holds itself", () => {
    const many = 300;
    const nodes = [[synthetic, 0, 1, 0, 1], ...Array.from({ length: many }, (_, i) => [object, 1, 3 + 2 * i, 8, 2])];
    const edges = [
      [element, 1, 1],
      ...Array.from({ length: many }, (_, i) => [
        [property, 3, 1 + ((i + 1) % many)],
        [property, 4, 1 + ((i + many - 1) % many)],
      ]).flat(),
    ];
    writeFileSync(file, tinyText({ nodes, edges, strings: whole.strings }));
    const heap = openHeap(file);
    const [first] = heap.ask({
      kind: "dominated",
      sort: { by: "id", descending: false },
      window: { from: 0, count: 1 },
    }).rows;
    assert.equal(first?.retainedSize, 8 * many);
    for (const way of ["telling", "shortest"] as const) {
      const paths = heap.ask({ kind: "paths", node: 100, way, count: 5 });
      assert.ok(paths.length > 0 && paths.every(({ steps }) => steps.length <= many), way);
    }
    assert.ok(heap.ask({ kind: "node", node: 100 }).alike);
  });

  it("would take more memory than there is, which is said before it is begun", () => {
    writeFileSync(file, "{");
    truncateSync(file, 2 ** 43); // Sparse: takes no room.
    assert.throws(
      () => checkMemory([file]),
      (error: Error) =>
        error instanceof HeapMemoryError &&
        /takes about 1\.\d+e\+4 GiB of memory, and .* GiB are available/.test(error.message),
    );
  });

  it("is not there", () => {
    assert.throws(() => openHeap(join(folder, "none")), { code: "ENOENT" });
  });
});
