import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { processIdentity } from "../../../src/inputs/sampling/process/identity.ts";
import { agentEnvironment, launchRun } from "../../../src/supervise/launch.ts";
import { keptFiles } from "../../../src/supervise/runFolder.ts";
import { until } from "../../support/until.ts";
import { definition, lives, nodeAgent, output, Runs } from "./support.ts";

describe("launching an agent", () => {
  let runs: Runs;
  beforeEach(() => {
    runs = new Runs();
  });
  afterEach(() => runs.end());

  it("gives it a private folder, a process group of its own and both outputs in one file", async () => {
    const run = await runs.launch(definition("/bin/sh", ["-c", "echo out; echo err >&2; exec sleep 60"]));
    await until("its output", () => output(run) === "out\nerr\n");
    assert.equal(statSync(run.folder).mode & 0o777, 0o700);
    assert.notEqual(processIdentity(run.pid)?.group, processIdentity(process.pid)?.group);
    assert.ok(Math.abs(run.startTime - Date.now() / 1000) < 10);
    assert.deepEqual(
      keptFiles(run.folder).map((file) => [file.name, file.size]),
      [["output.log", 8]],
    );
  });

  it("hands over arguments as they are, the folder to run in and its environment", async () => {
    const args = ["-e", "console.log(JSON.stringify([process.argv.slice(1), process.cwd(), process.env]))"];
    const odd = ["a b", "$HOME", "'\"", "", "*", "ü"];
    const env = { MINE: "1", GONE: null };
    const agent = definition(process.execPath, [...args, "--", ...odd], { cwd: runs.folder, env });
    const run = await runs.launch(agent, {
      ...process.env,
      GONE: "x",
      AGENT_VITALS_SOCKET: "/s",
      VSCODE_IPC_HOOK: "x",
    });
    await run.exited;
    const [argv, cwd, seen] = JSON.parse(output(run));
    assert.deepEqual(argv, odd);
    assert.equal(cwd, runs.folder);
    assert.equal(seen.MINE, "1");
    assert.equal(seen.AGENT_VITALS_SOCKET, "/s");
    assert.equal(seen.PYTHONUNBUFFERED, "1");
    assert.ok(!("GONE" in seen) && !("VSCODE_IPC_HOOK" in seen));
  });

  it("asks for colours unless the user wants none", () => {
    assert.equal(agentEnvironment({}, {}).FORCE_COLOR, "1");
    assert.equal(agentEnvironment({ NO_COLOR: "1" }, {}).FORCE_COLOR, undefined);
    assert.equal(agentEnvironment({}, { FORCE_COLOR: "0" }).FORCE_COLOR, "0");
  });

  it("knows the exit code of one that ends at once", async () => {
    assert.equal((await (await runs.launch(definition("/bin/sh", ["-c", "exit 3"]))).exited).exitCode, 3);
    assert.equal((await (await runs.launch(definition("true", []))).exited).exitCode, 0);
  });

  it("knows which signal ended it: 128 + its number", async () => {
    const run = await runs.launch(definition("/bin/sh", ["-c", "kill -ABRT $$"]));
    assert.equal((await run.exited).exitCode, 134);
  });

  it("says what is missing and leaves nothing behind when the command does not exist", async () => {
    const env = { PATH: "/nowhere:/neither" };
    await assert.rejects(runs.launch(definition("no-such-agent", []), env), {
      message:
        'Can\'t start agent: there is no program "no-such-agent" on PATH (/nowhere:/neither). Install it, or give its whole path in "command".',
    });
    await assert.rejects(runs.launch(definition("./agent.sh", [], { cwd: runs.folder })), {
      message: `Can't start agent: there is no program ${runs.folder}/agent.sh. Check "command" (paths are taken from ${runs.folder}).`,
    });
    assert.deepEqual(readdirSync(runs.folder), []);
  });

  it("says so when the program may not be run, or the folder is not there", async () => {
    writeFileSync(join(runs.folder, "agent.sh"), "#!/bin/sh\n");
    const agent = definition("./agent.sh", [], { cwd: runs.folder });
    await assert.rejects(runs.launch(agent), /agent\.sh may not be run\. Run: chmod \+x /);
    chmodSync(join(runs.folder, "agent.sh"), 0o755);
    assert.equal((await (await runs.launch(agent)).exited).exitCode, 0);
    const gone = definition("true", [], { cwd: join(runs.folder, "gone") });
    await assert.rejects(runs.launch(gone), /its folder .*gone does not exist\. Check "cwd"\./);
  });

  it("does the same under the Node shim that Windows needs", async () => {
    const folder = join(runs.folder, "node");
    mkdirSync(folder);
    const nodeShim = join(import.meta.dirname, "../../../src/supervise/nodeShim.ts");
    const base = { runsFolder: folder, workspaceId: "test", env: process.env, identify: processIdentity, nodeShim };
    const run = runs.add(await launchRun({ ...base, definition: nodeAgent }));
    await until("it to be ready", () => output(run).includes("ready") && existsSync(join(run.folder, "stdin")));
    await run.write("one\n");
    await run.write("two\n");
    await until("both lines", () => output(run).includes("heard one\nheard two"));
    await run.write("exit 4\n");
    assert.equal((await run.exited).exitCode, 4);
    const second = runs.add(await launchRun({ ...base, definition: nodeAgent }));
    assert.equal((await second.stop({ signal: "SIGTERM", timeout: 5 })).exitCode, 143);
    assert.equal(lives(second.pid), false);
  });
});
