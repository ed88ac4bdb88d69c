import assert from "node:assert/strict";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openHeap } from "../../../src/heap/openHeap.ts";
import { GrowingSnapshots } from "../heap/growing.ts";
import { Terminal } from "./terminal.ts";

describe("agent-vitals heap", function () {
  this.timeout(60_000);
  const snapshots = new GrowingSnapshots();
  let terminal: Terminal;
  before(async () => {
    terminal = new Terminal();
    await snapshots.take();
  });
  after(async () => {
    await terminal.dispose();
    await snapshots.dispose();
  });

  const heap = async (...args: string[]) => {
    const { code, stdout, stderr } = await terminal.cli("heap", ...args).ended;
    assert.deepEqual([code, stderr], [0, ""], args.join(" "));
    return stdout;
  };
  const json = async (...args: string[]) => JSON.parse(await heap(...args, "--json"));

  it("sums up a snapshot by class, as text and as JSON", async () => {
    const { classes, nodes } = await json("summary", snapshots.file(3), "--top", "500");
    const session = classes.find(({ name }: { name: string }) => name === "Session");
    assert.deepEqual([session.count, session.place.line], [801, 9]);
    assert.ok(nodes > 50_000);
    const lines = (await heap("summary", snapshots.file(3), "--top", "3")).trim().split("\n");
    assert.match(lines[0] ?? "", /^[\d.]+ MiB in [\d,]+ objects with /);
    assert.ok(lines.length < 10);
  });

  it("tells what changed between two, and of three what survived", async () => {
    const two = await json("diff", snapshots.file(1), snapshots.file(3));
    const of = (found: { classes: { name: string }[] }) => found.classes.find(({ name }) => name === "Session");
    assert.deepEqual(pick(of(two), "created", "deleted", "change"), [120, 20, 100]);
    const three = await json("diff", snapshots.file(1), snapshots.file(2), snapshots.file(3));
    assert.deepEqual(pick(of(three), "created"), [70]);
    const { sites } = await json("diff", snapshots.file(1), snapshots.file(3), "--sites");
    assert.match(
      sites.map(({ words }: { words: string }) => words).join("\n"),
      /^\[\] in Map ‹ sessions in SessionStore/m,
    );
  });

  it("tells of one object what it is and what holds it", async () => {
    const opened = openHeap(snapshots.file(3), () => {});
    const window = { from: 0, count: 500 };
    const { rows } = opened.ask({ kind: "search", text: "cal-200", window });
    const [text] = rows;
    assert.ok(text);
    const node = await json("node", snapshots.file(3), "--id", String(text.id));
    assert.deepEqual(pick(node, "id", "name", "type", "selfSize", "retainedSize", "distance"), [
      text.id,
      "cal-200",
      "string",
      text.selfSize,
      text.retainedSize,
      text.distance,
    ]);
    const { telling } = await json("retainers", snapshots.file(3), "--id", String(text.id));
    assert.equal(telling[0].steps[0].edge.name, "id");
    assert.match(
      await heap("retainers", snapshots.file(3), "--id", String(text.id)),
      /sessions in SessionStore @\d+ growing\.cjs:16/,
    );
    const missing = await terminal.cli("heap", "node", snapshots.file(3), "--id", "99999999").ended;
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /No object of this snapshot has the id @99999999/);
  });

  it("prints statistics, and every object a line in the file's order", async () => {
    const { statistics, nodes } = await json("stats", snapshots.file(1));
    const { total, code, strings, arrays, native, system, other } = statistics;
    assert.equal(total, code + strings + arrays + native + system + other);
    const lines = (await heap("dump", snapshots.file(1))).trimEnd().split("\n");
    assert.equal(lines.length, nodes);
    assert.ok(lines.every((line) => /^\d+ \d+ \d+ -?\d+ \d+$/.test(line)));
    const sizes = lines.map((line) => Number(line.split(" ")[1]));
    assert.equal(
      sizes.reduce((sum, size) => sum + size, 0),
      total,
    );
  });

  it("ends a dump quietly when nobody reads on", async () => {
    const main = join(import.meta.dirname, "../../../src/cli/main.ts");
    const command = `"${process.execPath}" "${main}" heap dump "${snapshots.file(1)}" | head -1`;
    const shell = terminal.run([
      "-e",
      `process.exitCode = require("child_process").spawnSync("bash", ["-o", "pipefail", "-c", ${JSON.stringify(command)}], { stdio: "inherit" }).status`,
    ]);
    const { stdout, stderr } = await shell.ended;
    assert.deepEqual([stdout.split("\n").length, stderr], [2, ""]);
  });

  it("says what is wrong with a file, and what to do", async () => {
    const cut = join(terminal.folder, "cut.heapsnapshot");
    writeFileSync(cut, "");
    const refused = async (reason: RegExp, ...args: string[]) => {
      const { code, stdout, stderr } = await terminal.cli("heap", ...args).ended;
      assert.deepEqual([code, stdout], [2, ""], args.join(" "));
      assert.match(stderr, reason);
      assert.equal(stderr.trim().split("\n").length, 1, stderr);
    };
    await refused(/cut\.heapsnapshot: The file is empty\. Take the snapshot anew/, "summary", cut);
    writeFileSync(cut, '{"name": "no snapshot"}');
    await refused(/cut\.heapsnapshot/, "summary", cut);
    writeFileSync(cut, `{"snapshot":{"meta":{},"node_count":1`);
    truncateSync(cut, 30);
    await refused(/cut\.heapsnapshot/, "stats", cut);
    await refused(/there is no|not there|no such file/i, "summary", join(terminal.folder, "none.heapsnapshot"));
    await refused(/FILE/, "summary");
    await refused(/--id/, "node", snapshots.file(1));
  });
});

const pick = (of: object | undefined, ...names: string[]) => names.map((name) => (of as Record<string, unknown>)[name]);
