import assert from "node:assert/strict";
import { type OpenedHeap, openHeap } from "../../../src/heap/openHeap.ts";
import type { HeapClassRow, HeapSort, NodeColumn } from "../../../src/model/heap.ts";
import { GrowingSnapshots } from "./growing.ts";

const first = { from: 0, count: 100 };
const largest = { by: "retainedSize", descending: true } as const;

describe("An opened heap snapshot", function () {
  this.timeout(60_000);
  const snapshots = new GrowingSnapshots();
  let heap: OpenedHeap;
  before(async () => {
    await snapshots.take();
    heap = openHeap(snapshots.file(3));
  });
  after(() => snapshots.dispose());

  /** The class of that name with the most objects. */
  function classOf(name: string, shapes = false): HeapClassRow {
    const sort = { by: "count", descending: true } as const;
    const row = heap
      .ask({ kind: "classes", shapes, filter: name, sort, window: first })
      .rows.find((r) => r.name === name);
    assert.ok(row, name);
    return row;
  }

  const instances = (name: string, sort: HeapSort<NodeColumn> = largest, from = 0, count = 500) =>
    heap.ask({ kind: "instances", shapes: false, class: classOf(name).class, sort, window: { from, count } });

  const session = (id: string) => {
    const rows = [0, 500].flatMap((from) => instances("Session", largest, from).rows);
    const row = rows.find((r) => r.preview === `id: "${id}"`);
    assert.ok(row, id);
    return row;
  };

  it("tells its classes with the place of their constructor", () => {
    const { count, place, kind } = classOf("Session");
    assert.equal(count, 500 + 100 - 20 - 30 + 50 + 200 + 1);
    assert.equal(kind, "object");
    assert.match(place?.file ?? "", /growing\.cjs$/);
    assert.equal(place?.line, 9);
  });

  it("tells plain objects apart by their fields when asked to", () => {
    // One more is the pattern of the literal that V8 keeps.
    assert.equal(classOf("{rest}", true).count, 1001);
    assert.ok(classOf("Object").count > 999);
  });

  it("sorts the objects of a class by any column, and hands them out in windows", () => {
    for (const by of ["id", "selfSize", "retainedSize", "distance"] as const)
      for (const descending of [true, false]) {
        const values = instances("Session", { by, descending }).rows.map((row) => row[by] ?? -1);
        const sorted = values.toSorted((a, b) => (descending ? b - a : a - b));
        assert.deepEqual(values, sorted, `${by} ${descending}`);
      }
    const sort = { by: "id", descending: false } as const;
    const whole = instances("Session", sort).rows;
    const { class: of } = classOf("Session");
    const window = heap.ask({ kind: "instances", shapes: false, class: of, sort, window: { from: 40, count: 5 } });
    assert.deepEqual(window.rows, whole.slice(40, 45));
    assert.equal(window.total, 801);
  });

  it("finds the most telling way: by the value of a key in a Map, a field and a variable of a closure", () => {
    const [path] = heap.ask({ kind: "paths", node: session("cal-200").node, way: "telling", count: 1 });
    const words = path?.steps.map(({ edge, holder, words }) => `${edge.name} in ${words ?? holder.name}`);
    assert.equal(words?.[0], '[value of "key-200"] in Map');
    assert.equal(words?.[1], "sessions in SessionStore");
    assert.match(words?.[2] ?? "", /^store in closure of/);
    assert.match(path?.steps[1]?.place?.file ?? "", /growing\.cjs$/);
    assert.equal(path?.steps[0]?.edge.folded, 1);
  });

  it("tells a WeakMap's value by the key that keeps it", () => {
    const [path] = heap.ask({ kind: "paths", node: session("cal-weak").node, way: "telling", count: 1 });
    const words = path?.steps.map(({ edge }) => edge.name);
    assert.deepEqual(words?.slice(0, 4), ["secret", "[value in WeakMap]", "key", "weakly"]);
    assert.equal(path?.root, "global variable");
  });

  it("finds the shortest ways, each as long as the distance says", () => {
    const row = session("cal-200");
    const paths = heap.ask({ kind: "paths", node: row.node, way: "shortest", count: 3 });
    const [path] = paths;
    const steps = path?.steps.reduce((sum, { edge }) => sum + 1 + (edge.folded ?? 0), 0);
    assert.ok(steps !== undefined && steps <= (row.distance ?? 0) + 1, `${steps} for ${row.distance}`);
  });

  it("says which references keep an object and which do not", () => {
    const key = heap.ask({ kind: "search", text: "the key", window: first }).rows.find(({ match }) => match === "text");
    const holders = heap.ask({ kind: "retainers", node: key?.node ?? -1, window: first }).rows;
    assert.ok(holders.some(({ edge, holds }) => edge.name === "id" && holds));
    const object = holders.find(({ edge }) => edge.name === "id")?.holder.node ?? -1;
    const ofKey = heap.ask({ kind: "retainers", node: object, window: first }).rows;
    assert.ok(ofKey.some(({ edge, holds }) => edge.kind === "weak" && !holds));
    assert.ok(ofKey.some(({ edge, holds }) => edge.name === "key" && holds));
  });

  it("puts what is held in the same way into one row with one example", () => {
    const clusters = heap.ask({ kind: "clusters", shapes: false, class: classOf("Session").class, window: first });
    assert.deepEqual(
      clusters.rows.map(({ count }) => count),
      [600, 200, 1],
    );
    const [sessions, named] = clusters.rows;
    assert.match(sessions?.words ?? "", /^\[\] in Map ‹ sessions in SessionStore ‹ store in closure of/);
    assert.match(named?.words ?? "", /^\[\] in Object ‹ byName in global$/);
    const { alike } = heap.ask({ kind: "node", node: session("cal-200").node });
    assert.equal(alike?.count, 600);
    assert.equal(alike?.example.preview, 'id: "cal-200"');
  });

  it("takes the links of a list for one way", () => {
    const { class: of } = classOf("{rest}", true);
    const clusters = heap.ask({ kind: "clusters", shapes: true, class: of, window: first }).rows;
    const list = clusters.find(({ count }) => count === 999);
    assert.equal(list?.words, "rest in {rest} ‹ list in global", "all but the first");
    // The first link retains all others: they are not added again.
    assert.ok(list.retainedSize < 2 * list.selfSize, `${list.retainedSize}`);
  });

  it("tells an object: fields, dominator, text", () => {
    const details = heap.ask({ kind: "node", id: session("cal-200").id });
    assert.equal(details.className, "Session");
    assert.equal(details.dominator?.name, "");
    const fields = heap.ask({ kind: "fields", node: details.node, window: first }).rows;
    assert.deepEqual(
      fields.slice(0, 2).map(({ edge }) => edge.name),
      ["id", "history"],
    );
    const text = heap.ask({ kind: "node", node: fields[0]?.value.node ?? -1 });
    assert.equal(text.text, "cal-200");
    assert.throws(() => heap.ask({ kind: "node", id: 99_999_999 }), /No object of this snapshot has the id @99999999/);
    assert.throws(() => heap.ask({ kind: "node", node: 1e9 }), /There is no node 1000000000/);
  });

  it("walks down the tree of dominators", () => {
    const [global] = heap.ask({ kind: "dominated", sort: largest, window: first }).rows;
    assert.equal(global?.name, "global");
    const below = heap.ask({ kind: "dominated", node: global?.node ?? 0, sort: largest, window: first });
    assert.equal(below.total, global?.dominates);
    assert.ok(below.rows.every((row) => row.retainedSize <= (global?.retainedSize ?? 0)));
  });

  it("tells texts that are there several times, and what one copy would save", () => {
    const sort = { by: "copies", descending: true } as const;
    const { rows } = heap.ask({ kind: "strings", filter: "TWICE TOLD", sort, window: first });
    assert.deepEqual([rows[0]?.text, rows[0]?.copies], ["twice told tale", 50]);
    assert.equal(rows[0]?.wasted, ((rows[0]?.selfSize ?? 0) / 50) * 49);
    const byText = heap.ask({
      kind: "strings",
      filter: "key-2",
      sort: { by: "text", descending: false },
      window: first,
    });
    const texts = byText.rows.map(({ text }) => text).filter((text) => text.startsWith("key-2"));
    assert.deepEqual(texts, texts.toSorted());
    assert.ok(texts.length > 80);
  });

  it("finds by id, name, text and field", () => {
    const { id } = session("cal-200");
    const find = (text: string) => heap.ask({ kind: "search", text, window: first }).rows;
    assert.deepEqual(
      find(`@${id}`).map((row) => [row.id, row.match]),
      [[id, "id"]],
    );
    assert.ok(find("sessionstore").some((row) => row.match === "name" && row.type === "object"));
    assert.ok(find("cal-200").some((row) => row.match === "text"));
    assert.ok(find("byName").some((row) => row.match === "field" && row.field === "byName"));
    assert.deepEqual(find("no such thing anywhere"), []);
  });

  it("keeps to the questions of a snapshot, and to windows", () => {
    const functions = { kind: "functions", sort: { by: "selfSize", descending: true }, window: first } as const;
    assert.throws(() => heap.ask(functions), /asked of a .heapprofile/);
    const window = { from: -1, count: 2 };
    assert.throws(() => heap.ask({ kind: "dominated", sort: largest, window }), /no part of a list/);
    assert.throws(
      () => heap.ask({ kind: "differences", survivors: false, sort: largest, window: first }),
      /Nothing is compared/,
    );
  });
});
