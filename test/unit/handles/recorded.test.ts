import assert from "node:assert/strict";
import { appendFileSync, copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { NODE_MAJORS, nodeBinary } from "../../../scripts/nodeVersions.ts";
import { HandleOrigins } from "../../../src/collector/handleOrigins.ts";
import { HandleRecorder, readNotes } from "../../../src/inputs/inspector/handles/handleRecorder.ts";
import { createGuests } from "../../../src/inputs/inspector/probe/guests.ts";
import type { Tools } from "../../../src/inputs/inspector/probe/parts.ts";
import { evaluate } from "../../../src/inputs/inspector/session.ts";
import { readHandles } from "../../../src/inputs/sampling/handles/readHandles.ts";
import { processIdentity } from "../../../src/inputs/sampling/process/identity.ts";
import type { OpenHandle } from "../../../src/model/openHandles.ts";
import { until } from "../../support/until.ts";
import { Stage } from "../inspector/support.ts";
import { fixture, lineOf, Opener, type OpenerKind } from "./opener.ts";

const EXPRESSIONS = join(import.meta.dirname, "../../../src/inputs/inspector/handles/expressions.ts");

/** What is open in the opener with the line that opened it, as `openSync.txt 20`, `tcp 25`. */
async function lines(pid: number, notes: Awaited<ReturnType<HandleRecorder["read"]>>): Promise<string[]> {
  const origins = new HandleOrigins(notes, processIdentity(pid)?.startTime ?? 0);
  const { handles } = await readHandles(pid);
  return handles.flatMap((handle) => {
    const location = handle.pid === pid ? origins.of(handle)?.location : undefined;
    return location ? `${nameOf(handle)} ${location.line}` : [];
  });
}

const nameOf = ({ kind, target, state }: OpenHandle) =>
  kind === "file" ? target.slice(target.lastIndexOf("/") + 1) : state === "listen" ? "listen" : kind;

const expected = (kind: OpenerKind) => [
  ...["openSync", "open", "promise", "written", "read"].map((name) => `${name}.txt ${lineOf(kind, name)}`),
  `tcp ${lineOf(kind, "connect")}`,
  `listen ${lineOf(kind, "listen")}`,
  `udp ${lineOf(kind, "bind")}`,
];

describe("guests of the probe", () => {
  it("stay as long as somebody renews their lease", () => {
    const made: string[] = [];
    const guests = createGuests({} as Tools);
    const guest = (name: string) => () => {
      made.push(`${name} comes`);
      return { read: () => name, stop: () => void made.push(`${name} goes`) };
    };
    const seconds = (count: number) => {
      for (let i = 0; i < count; i++) guests.tick();
    };
    guests.keep("one", "first", guest("one"));
    guests.keep("one", "second", guest("never"));
    guests.keep("two", "first", guest("two"));
    seconds(20);
    guests.keep("one", "second", guest("never"));
    seconds(20);
    assert.deepEqual(made, ["one comes", "two comes", "two goes"]);
    assert.deepEqual([guests.read("one"), guests.read("two")], ["one", undefined]);
    guests.release("one", "first");
    seconds(10);
    assert.equal(made.at(-1), "two goes");
    seconds(1);
    assert.equal(made.at(-1), "one goes");
    guests.keep("one", "third", guest("one again"));
    guests.stop();
    assert.deepEqual(made.slice(-2), ["one again comes", "one again goes"]);
  });
});

describe("where files and sockets are opened", function () {
  this.timeout(120_000);
  const stage = new Stage();
  const openers: Opener[] = [];
  const open = (...args: ConstructorParameters<typeof Opener>) => {
    const opener = new Opener(...args);
    openers.push(opener);
    return opener;
  };
  afterEach(async () => {
    for (const { program } of openers) program.tell("close");
    await stage.clear();
    for (const opener of openers.splice(0)) opener.dispose();
  });

  for (const kind of ["mjs", "cjs"] as const)
    it(`is noted in a .${kind} program on every Node version, and nothing is left behind`, async () => {
      for (const major of NODE_MAJORS) {
        const opener = open(stage, kind, { node: await nodeBinary(major) });
        await opener.ready();
        const { inspector } = await stage.attach({ pid: opener.program.pid });
        const recorder = await HandleRecorder.start(inspector);
        assert.equal(await opener.isAsBefore(), false);
        await opener.does("open");
        const found = await until(`all of ${expected(kind)} on ${major}`, async () => {
          const now = await lines(opener.program.pid, await recorder.read());
          return expected(kind).every((one) => now.includes(one)) && now;
        });
        const spawned = found.filter((one) => one === `unix ${lineOf(kind, "spawn")}`);
        assert.equal(spawned.length, 3, found.join("\n"));
        await recorder.stop();
        assert.equal(await opener.isAsBefore(), true, `on ${major}`);
        assert.deepEqual(await readNotes(inspector), []);
      }
    });

  /** With its recorder, ready. */
  async function recorded(...args: ConstructorParameters<typeof Opener>) {
    const opener = open(...args);
    await opener.ready();
    const { inspector } = await stage.attach({ pid: opener.program.pid });
    return { opener, inspector, recorder: await HandleRecorder.start(inspector) };
  }

  it("is told in the source that a bundle was made of, and not at all when that was changed since", async () => {
    const opener = open(stage, "mjs");
    const source = join(opener.folder, "opener.mjs");
    copyFileSync(fixture("mjs"), source);
    const outfile = join(opener.folder, "bundle.mjs");
    const options = { bundle: true, minify: true, sourcemap: true, format: "esm", platform: "node" } as const;
    await build({ entryPoints: [source], outfile, ...options, logLevel: "error" });
    // A file's time is compared with the program's start in whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const bundled = await recorded(stage, "mjs", { file: outfile });
    await bundled.opener.does("open");
    const { pid } = bundled.opener.program;
    const read = async () => new HandleOrigins(await bundled.recorder.read(), processIdentity(pid)?.startTime ?? 0);
    const of = async (origins: HandleOrigins) => {
      const { handles } = await readHandles(pid);
      const handle = handles.find(({ target }) => target.endsWith("openSync.txt"));
      return handle && origins.of(handle);
    };
    const line = lineOf("mjs", "openSync");
    const column = (readFileSync(source, "utf8").split("\n")[line - 1]?.indexOf("openSync(") ?? 0) + 1;
    const found = await of(await read());
    assert.deepEqual(found?.location, { file: source, line, column });
    assert.equal(found?.frames[0]?.line, 1);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    appendFileSync(source, "// changed\n");
    const after = await read();
    assert.equal((await of(after))?.location, null);
    assert.ok(after.note?.startsWith(`${source} was changed after the agent was started`), after.note);
  });

  it("is noted by what the minified bundle sends, too", async () => {
    const opener = open(stage, "mjs");
    await opener.ready();
    const { inspector } = await stage.attach({ pid: opener.program.pid });
    const outfile = join(opener.folder, "expressions.mjs");
    const options = { bundle: true, minify: true, format: "esm", platform: "node", target: "node22.15" } as const;
    await build({ entryPoints: [EXPRESSIONS], outfile, ...options, logLevel: "error" });
    const bundled: typeof import("../../../src/inputs/inspector/handles/expressions.ts") = await import(outfile);
    assert.equal(await evaluate(inspector, bundled.recordExpression("bundled")), true);
    await opener.does("open");
    const notes = await readNotes(inspector);
    const found = await lines(opener.program.pid, notes);
    assert.ok(
      expected("mjs").every((one) => found.includes(one)),
      found.join("\n"),
    );
    await evaluate(inspector, bundled.releaseExpression("bundled"));
    assert.equal(await opener.isAsBefore(), true);
  });

  it("is the agent's own line behind fetch", async () => {
    const { opener, recorder } = await recorded(stage, "cjs");
    await opener.does("ask");
    const found = await lines(opener.program.pid, await recorder.read());
    assert.ok(found.includes(`tcp ${lineOf("cjs", "fetch")}`), found.join("\n"));
    assert.ok((await recorder.read()).some(({ descriptors }) => descriptors.some(([, , site]) => site === -1)));
  });

  it("forgets what is closed", async () => {
    const { opener, recorder } = await recorded(stage, "mjs");
    const noted = async () => (await recorder.read()).find(({ thread }) => thread === 0)?.descriptors.length;
    await opener.does("sockets");
    assert.ok(((await noted()) ?? 0) >= 200);
    await opener.does("close");
    await until("nothing but accepted ones that are closing", async () => (await noted()) === 0);
  });

  it("is noted in workers, those that start later too", async () => {
    const { opener, recorder } = await recorded(stage, "mjs");
    await opener.does("open");
    const line = `worker.txt ${lineOf("mjs", "worker")}`;
    await until(line, async () => (await lines(opener.program.pid, await recorder.read())).includes(line), 40);
  });

  it("goes with the probe", async () => {
    const { opener, inspector } = await recorded(stage, "cjs");
    assert.equal(await opener.isAsBefore(), false);
    await inspector.detach();
    assert.equal(await opener.isAsBefore(), true);
  });

  it("leaves a failed opening as unhandled as it was", async () => {
    const source =
      "setInterval(() => {}, 1000); process.stdin.once('data', () => { require('node:fs').promises.open('/nowhere/at/all'); }); console.log('up');";
    const program = stage.run(process.execPath, ["-e", source]);
    await program.prints(/up/);
    const { inspector } = await stage.attach({ pid: program.pid });
    await HandleRecorder.start(inspector);
    program.tell("go");
    await program.end();
    assert.equal(program.ended?.code, 1);
    assert.match(program.output, /ENOENT.*\/nowhere\/at\/all/);
  });
});
