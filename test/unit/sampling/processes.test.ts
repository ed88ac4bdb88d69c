import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { findInspector } from "../../../src/inputs/inspector/findInspector.ts";
import { parsePsIdentity, processIdentity } from "../../../src/inputs/sampling/process/identity.ts";
import { listProcesses, parsePsList } from "../../../src/inputs/sampling/process/list.ts";
import { parseChildren, processTrees } from "../../../src/inputs/sampling/process/tree.ts";
import { isAlive } from "../../../src/model/process.ts";
import { until } from "../../support/until.ts";

describe("the identity of a process", () => {
  it("has pid, start, parent and group, and is the same each time it is asked for", () => {
    const me = processIdentity(process.pid);
    assert.ok(me);
    assert.equal(me.parent, process.ppid);
    assert.ok(Math.abs(me.startTime - performance.timeOrigin / 1000) < 5);
    assert.deepEqual(processIdentity(process.pid), me);
    assert.ok(isAlive(me, processIdentity));
    assert.ok(!isAlive({ pid: me.pid, startMark: "another" }, processIdentity));
  });

  it("is unknown where there is no process", () => {
    for (const pid of [0, -1, 1.5, Number.NaN, 2 ** 30]) assert.equal(processIdentity(pid), undefined);
  });

  it("tells a zombie, which signal 0 calls alive, from a living process", async () => {
    // The parent never waits for its child.
    const parent = spawn("python3", [
      "-c",
      "import os, time\npid = os.fork()\nif pid == 0: os._exit(0)\nprint(pid, flush=True)\ntime.sleep(60)",
    ]);
    try {
      const zombie = Number(String((await once(parent.stdout, "data"))[0]));
      const identity = await until("the zombie", () => processIdentity(zombie)?.zombie && processIdentity(zombie));
      assert.ok(process.kill(zombie, 0));
      assert.ok(!isAlive(identity, processIdentity));
      assert.deepEqual((await processTrees([zombie])).get(zombie), []);
      assert.deepEqual((await processTrees([parent.pid ?? 0])).get(parent.pid ?? 0), [parent.pid]);
    } finally {
      parent.kill("SIGKILL");
    }
  });

  it("survives a program's name with brackets and blanks in it", async () => {
    const odd = spawn("python3", [
      "-c",
      "import time\nopen('/proc/self/comm', 'w').write(') Z 1 (x')\nprint('set', flush=True)\ntime.sleep(60)",
    ]);
    try {
      await once(odd.stdout, "data");
      const identity = processIdentity(odd.pid ?? 0);
      assert.match(readFileSync(`/proc/${odd.pid}/comm`, "utf8"), /\) Z 1 \(x/);
      assert.deepEqual([identity?.parent, identity?.zombie], [process.pid, false]);
    } finally {
      odd.kill("SIGKILL");
    }
  });

  it("is read from a line of macOS' ps", () => {
    assert.deepEqual(parsePsIdentity(77, "    1   501 Ss   Thu Nov  5 09:12:44 2026    \n"), {
      pid: 77,
      startTime: Date.parse("Thu Nov  5 09:12:44 2026") / 1000,
      startMark: "Thu Nov  5 09:12:44 2026",
      zombie: false,
      parent: 1,
      group: 501,
    });
    assert.equal(parsePsIdentity(77, "1 501 Z+ Thu Nov  5 09:12:44 2026")?.zombie, true);
    assert.equal(parsePsIdentity(77, ""), undefined);
  });
});

describe("the tree of a process", () => {
  it("holds its children and theirs, also those that a worker thread started", async () => {
    const code = `const { Worker } = require("node:worker_threads");
      new Worker('require("node:child_process").spawn("sh", ["-c", "sleep 60; true"], { stdio: "ignore" })', { eval: true });
      setInterval(() => {}, 1e6);`;
    const root = spawn(process.execPath, ["-e", code], { detached: true, stdio: "ignore" });
    const pid = root.pid ?? 0;
    try {
      let tree: number[] = [];
      const look = setInterval(async () => {
        tree = (await processTrees([pid])).get(pid) ?? [];
      }, 50);
      await until("three processes", () => tree.length === 3);
      clearInterval(look);
      assert.equal(tree[0], pid);
    } finally {
      process.kill(-pid, "SIGKILL");
    }
  });

  it("is read from a listing, without zombies and without dead parents", () => {
    const children = parseChildren("  1     0 Ss\n 20     1 S+\n 21    20 R\n 22    20 Z\n 30    99 S\n\n");
    assert.deepEqual(
      [...children],
      [
        [1, [20]],
        [20, [21]],
        [21, []],
        [30, []],
      ],
    );
  });
});

describe("the list of processes", function () {
  this.timeout(20_000);
  const children: ChildProcess[] = [];
  const start = async (command: string, args: string[]) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "ignore"] });
    children.push(child);
    await once(child.stdout, "data");
    return child;
  };
  after(() => {
    for (const child of children) child.kill("SIGKILL");
  });

  it("shows this user's processes but this one, newest first, by kind, with secrets masked", async () => {
    const node = await start(process.execPath, [
      "-e",
      "console.log(1); setInterval(() => {}, 1e6)",
      "agent.js",
      "--api-key",
      "hush",
    ]);
    const python = await start("python3", ["-c", "import time; print(1, flush=True); time.sleep(60)", "HF_TOKEN=hush"]);
    const list = await listProcesses();
    const found = (child: ChildProcess) => list.find(({ pid }) => pid === child.pid);
    assert.equal(found(node)?.kind, "node");
    assert.equal(found(node)?.name, "node agent.js");
    assert.match(found(node)?.commandLine ?? "", /agent\.js --api-key \*\*\*$/);
    assert.equal(found(python)?.kind, "python");
    assert.match(found(python)?.commandLine ?? "", /HF_TOKEN=\*\*\*$/);
    assert.ok((found(node)?.memory ?? 0) > 1e6);
    assert.equal(
      list.find(({ pid }) => pid === process.pid),
      undefined,
    );
    const starts = list.map(({ startTime }) => startTime);
    assert.deepEqual(
      starts,
      [...starts].sort((a, b) => b - a),
    );
  });

  it("tells whose inspector is open, where, and whose could be opened by a signal", async () => {
    const server = "require('node:http').createServer().listen(0, '127.0.0.1', () => console.log(1))";
    const open = await start(process.execPath, ["--inspect=0", "-e", server]);
    const closed = await start(process.execPath, ["-e", server]);
    const deaf = await start(process.execPath, ["--disable-sigusr1", "-e", server]);
    const python = await start("python3", ["-c", "import time; print(1, flush=True); time.sleep(60)"]);
    const list = await listProcesses();
    const found = (child: ChildProcess) => list.find(({ pid }) => pid === child.pid);
    const inspector = await findInspector(open.pid ?? 0);
    assert.ok(inspector);
    assert.equal(found(open)?.inspector, inspector.port);
    for (const child of [closed, deaf, python]) assert.equal(found(child)?.inspector, undefined);
    assert.deepEqual(
      [open, closed, deaf, python].map((child) => found(child)?.canOpenInspector),
      [false, true, false, false],
    );
  });

  it("is read from macOS' ps", () => {
    const line = " 4242  91234 Thu Nov  5 09:12:44 2026     /usr/local/bin/node  server.js --port 3\n";
    assert.deepEqual(parsePsList(line), [
      {
        pid: 4242,
        program: "/usr/local/bin/node",
        argv: ["/usr/local/bin/node", "server.js", "--port", "3"],
        startTime: Date.parse("Thu Nov  5 09:12:44 2026") / 1000,
        memory: 91234 * 1024,
      },
    ]);
  });
});
