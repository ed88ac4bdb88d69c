import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { processIdentity } from "../../../src/inputs/sampling/process/identity.ts";
import type { AgentDefinition } from "../../../src/model/config.ts";
import { type Adopted, adoptRuns, pruneRuns } from "../../../src/supervise/adopt.ts";
import type { Run } from "../../../src/supervise/run.ts";
import { readRecord, writeRecord } from "../../../src/supervise/runFolder.ts";
import { until } from "../../support/until.ts";
import { definition, lives, nodeAgent, output, pythonAgent, Runs } from "./support.ts";

/** A launcher starts the agents and is killed before it can say goodbye. */
async function launchAndDie(runs: Runs, agents: AgentDefinition[]): Promise<void> {
  const launcher = spawn(
    process.execPath,
    [join(import.meta.dirname, "launcher.ts"), runs.folder, JSON.stringify(agents)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  await once(launcher.stdout, "data");
  launcher.kill("SIGKILL");
  await once(launcher, "exit");
}

const adopt = (runs: Runs): Adopted => adoptRuns(runs.folder, "test", processIdentity);

describe("an agent whose launcher was killed with SIGKILL", () => {
  let runs: Runs;
  let live: Run[];
  const byName = (name: string) => live.find((run) => run.agent === name) as Run;

  before(async () => {
    runs = new Runs();
    const deaf = definition("/bin/sh", ["-c", 'trap "" TERM; echo ready; while :; do sleep 0.1; done'], {
      name: "deaf",
    });
    const long = { ...nodeAgent, name: "long", args: ["-e", "console.log('ready'); setInterval(() => {}, 1e6)"] };
    await launchAndDie(runs, [
      { ...nodeAgent, name: "node" },
      { ...pythonAgent, name: "python" },
      { ...nodeAgent, name: "quick" },
      long,
      deaf,
    ]);
    live = adopt(runs).live.map((run) => runs.add(run));
    await Promise.all(live.map((run) => until(`${run.agent} to be ready`, () => output(run).includes("ready"))));
  });
  after(() => runs.end());

  it("runs on and is adopted by pid and start time", () => {
    assert.deepEqual(live.map((run) => run.agent).sort(), ["deaf", "long", "node", "python", "quick"]);
    for (const run of live) assert.ok(lives(run.pid));
  });

  for (const [name, code] of [
    ["node", 3],
    ["python", 7],
    ["quick", 0],
  ] as const) {
    it(`still reads its standard input, writes its output, and its exit code is known (${name}, ${code})`, async () => {
      const run = byName(name);
      await run.write("Grüße\n");
      await until("the answer", () => output(run).includes("heard Grüße"));
      assert.doesNotMatch(output(run), /END OF INPUT|EPIPE/);
      await run.write(`exit ${code}\n`);
      assert.equal((await run.exited).exitCode, code);
    });
  }

  it("is stopped by SIGTERM to its group: exit code 143", async () => {
    const end = await byName("long").stop({ signal: "SIGTERM", timeout: 5 });
    assert.equal(end.exitCode, 143);
    assert.ok(byName("long").stopped);
  });

  it("is killed when it ignores SIGTERM: exit code 137", async () => {
    const end = await byName("deaf").stop({ signal: "SIGTERM", timeout: 0.2 });
    assert.equal(end.exitCode, 137);
    assert.equal(lives(byName("deaf").pid), false);
  });

  it("is a finished run with its exit code for the next one who looks", () => {
    const { live, ended } = adopt(runs);
    assert.deepEqual(live, []);
    const codes = Object.fromEntries(ended.map(({ record, end }) => [record.agent, end.exitCode]));
    assert.deepEqual(codes, { node: 3, python: 7, quick: 0, long: 143, deaf: 137 });
    assert.equal(ended.find(({ record }) => record.agent === "long")?.record.stopped, true);
  });
});

describe("adopting runs", () => {
  let runs: Runs;
  beforeEach(() => {
    runs = new Runs();
  });
  afterEach(() => runs.end());

  it("finds an agent whose launcher died before it noted the pid", async () => {
    const run = await runs.launch(nodeAgent);
    const record = readRecord(run.folder);
    assert.ok(record);
    writeRecord(run.folder, { ...record, pid: 0, startMark: "", shimPid: 0 });
    const [found] = adopt(runs).live;
    assert.equal(found?.pid, run.pid);
    assert.equal(found && runs.add(found).startTime, run.startTime);
  });

  it("deletes what is left of a start whose shim never came up, and lists no run without a pid", async () => {
    const leave = (id: string, startTime: number) => {
      const folder = join(runs.folder, id);
      mkdirSync(folder);
      const who = { version: 1, id, agent: "agent", workspaceId: "test", commandLine: "true" } as const;
      writeRecord(folder, { ...who, startTime, pid: 0, startMark: "", shimPid: 0, stopped: true });
      return folder;
    };
    const now = Date.now() / 1000;
    const [old, justNow, ended] = [leave("old", now - 60), leave("just-now", now), leave("ended", now - 60)];
    writeFileSync(join(ended, "pid"), "4194305 4194304\n");
    assert.deepEqual(adopt(runs), { live: [], ended: [] });
    assert.deepEqual([old, justNow, ended].map(existsSync), [false, true, true]);
  });

  it("takes a pid that is another process's by now for an ended run without exit code", async () => {
    const run = await runs.launch(nodeAgent);
    const record = readRecord(run.folder);
    assert.ok(record);
    writeRecord(run.folder, { ...record, startMark: "1" });
    const { live, ended } = adopt(runs);
    assert.deepEqual([live.length, ended.length], [0, 1]);
    assert.equal(ended[0]?.end.exitCode, undefined);
  });

  it("knows no exit code of an agent that was killed with its shim, but knows that it ended", async () => {
    const run = await runs.launch(nodeAgent);
    process.kill(-(processIdentity(run.pid)?.group ?? Number.NaN), "SIGKILL");
    assert.equal((await run.exited).exitCode, undefined);
    assert.equal(adopt(runs).ended.length, 1);
  });

  it("leaves other workspaces' runs and folders that are no runs alone", async () => {
    await runs.launch(nodeAgent);
    writeFileSync(join(runs.folder, "note.txt"), "hello");
    assert.deepEqual(adoptRuns(runs.folder, "another", processIdentity), { live: [], ended: [] });
  });

  it("prunes the oldest ended runs of each agent and never a living one", async () => {
    const oldest = await runs.launch(nodeAgent);
    const ended: Run[] = [];
    for (let i = 0; i < 3; i++) {
      const run = await runs.launch(definition("/bin/sh", ["-c", "exit 0"]));
      await run.exited;
      ended.push(run);
    }
    const other = await runs.launch(definition("/bin/sh", ["-c", "exit 0"], { name: "other" }));
    await other.exited;
    pruneRuns(runs.folder, processIdentity, 2);
    const kept = [oldest, ...ended, other].map((run) => existsSync(run.folder));
    assert.deepEqual(kept, [true, false, true, true, true]);
  });

  it("writes no secret of the command line into the run's folder", async () => {
    const run = await runs.launch(
      definition("/bin/sh", ["-c", "exit 0", "--api-key=verysecret", "--token", "alsosecret"]),
    );
    await run.exited;
    assert.doesNotMatch(readFileSync(join(run.folder, "run.json"), "utf8"), /secret/);
    assert.match(run.commandLine, /--api-key=\*\*\* --token \*\*\*$/);
  });
});
