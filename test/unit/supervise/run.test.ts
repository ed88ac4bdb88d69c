import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { keptFiles } from "../../../src/supervise/runFolder.ts";
import { until } from "../../support/until.ts";
import { definition, lives, nodeAgent, output, Runs } from "./support.ts";

describe("a launched run", () => {
  let runs: Runs;
  beforeEach(() => {
    runs = new Runs();
  });
  afterEach(() => runs.end());

  it("gets Ctrl+C as SIGINT, and so do its children", async () => {
    const child = `process.on("SIGINT", () => { console.log("child"); process.exit() }); setInterval(() => {}, 1e6); console.log("up")`;
    const agent = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}], { stdio: "inherit" });
      process.on("SIGINT", () => { console.log("parent"); setTimeout(() => process.exit(5), 300) });`;
    const run = await runs.launch(definition(process.execPath, ["-e", agent]));
    await until("both to be up", () => output(run).includes("up"));
    await run.signal("SIGINT");
    assert.equal((await run.exited).exitCode, 5);
    assert.deepEqual(output(run).trim().split("\n").sort(), ["child", "parent", "up"]);
  });

  it("dies of a SIGINT that it does not handle: a trap of the shim is not handed down", async () => {
    const run = await runs.launch(definition("/bin/sh", ["-c", "echo up; exec sleep 60"]));
    await until("it to be up", () => output(run).includes("up"));
    await run.signal("SIGINT");
    assert.equal((await run.exited).exitCode, 130);
  });

  it("is stopped with its grandchildren, even when these ignore the signal", async () => {
    const script = `(trap "" TERM; sh -c 'trap "" TERM; echo $$; while :; do sleep 0.1; done') & echo up; exec sleep 60`;
    const run = await runs.launch(definition("/bin/sh", ["-c", script]));
    const grandchild = Number(await until("the grandchild", () => /^(\d+)$/m.exec(output(run))?.[1]));
    assert.ok(lives(grandchild));
    assert.equal((await run.stop({ signal: "SIGTERM", timeout: 5 })).exitCode, 143);
    await until("the grandchild's end", () => !lives(grandchild));
  });

  it("may clean up before it ends", async () => {
    const script = `trap 'sleep 0.3; echo cleaned; exit 0' TERM; echo up; while :; do sleep 0.05; done`;
    const run = await runs.launch(definition("/bin/sh", ["-c", script]));
    await until("it to be up", () => output(run).includes("up"));
    assert.equal((await run.stop({ signal: "SIGTERM", timeout: 5 })).exitCode, 0);
    assert.match(output(run), /cleaned/);
  });

  it("is stopped also when its folder has gone", async () => {
    const run = await runs.launch(nodeAgent);
    rmSync(run.folder, { recursive: true });
    assert.equal((await run.stop({ signal: "SIGTERM", timeout: 5 })).exitCode, undefined);
    assert.equal(lives(run.pid), false);
    assert.deepEqual(keptFiles(run.folder), []);
  });

  it("killed by SIGKILL has an exit code, since its shim lives on", async () => {
    const run = await runs.launch(nodeAgent);
    await run.signal("SIGKILL");
    assert.equal((await run.exited).exitCode, 137);
  });

  it("that has ended takes neither input nor signals, and says so", async () => {
    const run = await runs.launch(definition("true", []));
    await run.exited;
    await assert.rejects(run.write("hello\n"), /^Error: agent \(pid \d+\) has ended\. Start it again\.$/);
    await assert.rejects(run.signal("SIGINT"), /has ended/);
    assert.equal((await run.stop({ signal: "SIGTERM", timeout: 5 })).exitCode, 0);
  });

  it("takes long input in order, also from one that reads slowly", async () => {
    const agent = `let n = 0; setTimeout(() => process.stdin.on("data", (data) => { n += data.length; if (n >= 300000) { console.log(String(n)); process.exit() } }), 300)`;
    const run = await runs.launch(definition(process.execPath, ["-e", agent]));
    await Promise.all([run.write("a".repeat(200_000)), run.write("b".repeat(100_000))]);
    await run.exited;
    assert.equal(output(run), "300000\n");
  });

  it("that never reads its input lets the writer know, and does not hang it", async () => {
    const run = await runs.launch(definition("sleep", ["60"]));
    await assert.rejects(
      run.write("x".repeat(100_000)),
      /Can't type into agent .* its input is full: \d+ bytes were not read/,
    );
  });
});
