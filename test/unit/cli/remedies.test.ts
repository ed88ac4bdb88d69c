import assert from "node:assert/strict";
import { lineOf, Opener } from "../handles/opener.ts";
import { Stage } from "../inspector/support.ts";
import { Terminal } from "./terminal.ts";

describe("agent-vitals handles, gc and heap live", function () {
  this.timeout(60_000);
  const stage = new Stage();
  let terminal: Terminal;
  let opener: Opener;
  beforeEach(async () => {
    terminal = new Terminal();
    opener = new Opener(stage, "mjs");
    await opener.ready();
  });
  afterEach(async () => {
    opener.program.tell("close");
    await stage.clear();
    await terminal.dispose();
    opener.dispose();
  });

  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await terminal.cli(...args, "--pid", String(opener.program.pid)).ended;
    assert.equal(code, 0, stderr);
    return stdout;
  };

  it("list what is open, touching nothing", async () => {
    const text = await run("handles");
    assert.match(text, /^node opener\.mjs \(pid \d+\): \d+ descriptors of [\d,]+$/m);
    assert.match(text, /^1 TCP socket +at 127\.0\.0\.1:\d+ +listen +– +–$/m);
    assert.doesNotMatch(opener.program.output, /Debugger/);
  });

  it("note where new ones are opened meanwhile, until Ctrl+C", async () => {
    const args = ["handles", "--pid", String(opener.program.pid), "--watch", "600", "--json"];
    const cli = terminal.cli(...args);
    await cli.says(/are noted for 10 min/);
    await opener.does("sockets");
    cli.child.kill("SIGINT");
    const { code, stdout } = await cli.ended;
    assert.equal(code, 0);
    const { agent, groups, processes, recording } = JSON.parse(stdout);
    assert.equal(agent, "node opener.mjs");
    assert.equal(processes[0].pid, opener.program.pid);
    const many = groups.find(({ count, location }: { count: number; location: object }) => count === 200 && location);
    assert.deepEqual([many.kind, many.location.file, many.location.line], ["tcp", opener.file, lineOf("mjs", "many")]);
    assert.equal(many.handles.length, 100);
    assert.ok(recording.since > 0);
    assert.equal(await opener.isAsBefore(), true);
  });

  it("collect garbage and sum up the heap", async () => {
    const { threads, pause, memory } = JSON.parse(await run("gc", "--json"));
    assert.ok(threads[0].thread === 0 && threads[0].after > 1e6 && pause > 0 && memory.after > 1e6);
    assert.match(await run("gc"), /^node opener\.mjs: freed .* of heap in .* the process has .*$/m);
    const summary = JSON.parse(await run("heap", "live", "--json"));
    assert.deepEqual([summary.pid, summary.threads.length], [opener.program.pid, 1]);
    const text = await run("heap", "live");
    for (const line of [
      /^Process$/m,
      /^Resident \(RSS\) +[\d.]+ MiB/m,
      /^Main thread$/m,
      /^old space +[\d.]+ MiB +of/m,
    ])
      assert.match(text, line);
  });

  it("say what is wrong", async () => {
    const refused = async (reason: RegExp, ...args: string[]) => {
      const { code, stderr } = await terminal.cli(...args).ended;
      assert.equal(code, 2);
      assert.match(stderr, reason);
    };
    await refused(/Say what to attach to: --pid N/, "handles");
    await refused(/--watch needs a number from 0\.1/, "handles", "--pid", "1", "--watch", "0");
    await refused(/No process has the pid 4194305/, "gc", "--pid", String(2 ** 22 + 1));
    await refused(/heap lives is no command: did you mean heap live/, "heap", "lives");
  });
});
