import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attachInspector, type InspectorTarget } from "../../../src/inputs/inspector/attach.ts";
import { findInspector } from "../../../src/inputs/inspector/findInspector.ts";
import { isStopped } from "../../../src/inputs/inspector/signal.ts";
import { processIdentity } from "../../../src/inputs/sampling/process/identity.ts";
import type { Identify } from "../../../src/model/process.ts";
import { until } from "../../support/until.ts";
import { type Program, Stage, Told } from "./support.ts";
import { type Peer, webSocketServer } from "./webSocketServer.ts";

// Both answer each line.
const PYTHON = "import sys\nprint('up', flush=True)\nfor line in sys.stdin: print('alive', flush=True)";
const SHELL = "trap 'echo signalled' USR1; echo up; while read line; do echo alive; done";

const stage = new Stage();
afterEach(() => stage.clear());

async function refused(target: InspectorTarget, reason: RegExp, identify: Identify = processIdentity): Promise<void> {
  const options = { sink: new Told(), identify, log: () => {} };
  await assert.rejects(attachInspector(target, options), reason);
}

/** It answers after what happened, and was not signalled. */
async function livesOn(program: Program): Promise<void> {
  await program.ask("debugPort", /debugPort|alive/);
  assert.doesNotMatch(program.output, /Debugger listening|signalled/);
}

describe("a process that a signal would kill or puzzle", function () {
  this.timeout(30_000);

  it("is not signalled when it is Python", async () => {
    const python = stage.run("python3", ["-c", PYTHON, "agent.py"]);
    await python.prints(/up/);
    await refused({ pid: python.pid }, /^Error: python\S* agent\.py \(pid \d+\) is a Python program.*OpenTelemetry/);
    await livesOn(python);
  });

  it("is not signalled when it is Bun, or a program that is not Node although it catches the signal", async () => {
    const folder = mkdtempSync(join(tmpdir(), "av-"));
    try {
      // Known by their names: copies of another program.
      for (const [name, reason] of [
        ["bun", /^Error: bun \(pid \d+\) runs on Bun/],
        ["shell", /^Error: shell \(pid \d+\) is not Node, so it was not signalled/],
      ] as const) {
        copyFileSync("/bin/bash", join(folder, name));
        const program = stage.run(join(folder, name), ["-c", SHELL]);
        await program.prints(/up/);
        await refused({ pid: program.pid }, reason);
        await livesOn(program);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is not signalled when it is Node without its handler", async () => {
    const agent = await stage.agent({ flags: ["--disable-sigusr1"] });
    await refused({ pid: agent.pid }, /would be killed by the signal.*--disable-sigusr1.*--inspect=0/);
    await livesOn(agent);
  });

  it("is waited for when it is Node that has only just been started", async () => {
    for (let i = 0; i < 5; i++) {
      const agent = stage.run(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
      await until("a process", () => processIdentity(agent.pid) !== undefined);
      const { inspector } = await stage.attach({ pid: agent.pid });
      assert.equal(inspector.pid, agent.pid);
    }
  });

  it("is not signalled when it is stopped", async () => {
    const agent = await stage.agent();
    agent.child.kill("SIGSTOP");
    await until("it is stopped", () => isStopped(agent.pid));
    await refused({ pid: agent.pid }, /is stopped.*kill -CONT/);
    agent.child.kill("SIGCONT");
    await livesOn(agent);
  });

  it("is not signalled when its pid was another's a moment ago", async () => {
    const agent = await stage.agent();
    let asked = 0;
    const reused: Identify = (pid) => {
      const identity = processIdentity(pid);
      return identity && { ...identity, startMark: ++asked === 1 ? "before" : identity.startMark };
    };
    await refused({ pid: agent.pid }, /its pid has become another process's: it was left alone/, reused);
    await refused({ pid: agent.pid, startMark: "before" }, /its pid has become another process's/);
    await livesOn(agent);
    await refused({ pid: 2 ** 22 + 1 }, /No process has the pid/);
  });

  it("is not signalled when its port is held by another process, which is named", async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
    const { port } = holder.address() as { port: number };
    const agent = await stage.agent({ flags: [`--inspect-port=${port}`] });
    await refused({ pid: agent.pid }, new RegExp(`port ${port} is held by process ${process.pid}\\..*--inspect=0`));
    await livesOn(agent);
    holder.close();
    await stage.attach({ pid: agent.pid });
  });

  it("is said to handle the signal itself when no inspector opens", async () => {
    const agent = await stage.agent();
    agent.tell("handleSignal");
    await agent.ask("debugPort", /debugPort/);
    await refused({ pid: agent.pid }, /did not open its inspector within 4 s.*handles SIGUSR1 itself/);
    assert.equal(agent.ended, undefined);
  });
});

describe("an address that leads to no agent", function () {
  this.timeout(30_000);
  const servers: { close(): void }[] = [];
  after(() => {
    for (const server of servers) server.close();
  });

  async function listening(onPeer: (peer: Peer) => void): Promise<string> {
    const server = await webSocketServer(onPeer);
    servers.push(server);
    return `ws://127.0.0.1:${server.port}/id`;
  }

  it("is refused when it is on another machine, or no address at all", async () => {
    await refused(
      { url: "ws://192.168.1.20:9229/id" },
      /on another machine.*ssh -L 9229:127\.0\.0\.1:9229 192\.168\.1\.20/,
    );
    await refused({ url: "ws://127.0.0.1.example.com:9229/id" }, /on another machine/);
    await refused({ port: 9229, host: "10.0.0.1" }, /on another machine/);
    for (const url of ["file:///etc/passwd", "wss://127.0.0.1:9229/id", "ws://me:pw@127.0.0.1:9229/id", "::::", ""])
      await refused({ url }, /is no inspector's address\. It looks like ws:\/\//);
  });

  it("is said to be empty, another server, or an inspector's of before", async () => {
    await refused({ port: 1 }, /^Error: Nothing listens at 127\.0\.0\.1:1\. Start the agent with --inspect/);
    const url = await listening(() => {});
    await refused({ port: Number(new URL(url).port) }, /is no inspector\. Look for "Debugger listening on"/);
    const agent = await stage.agent({ flags: ["--inspect=0"] });
    const found = await findInspector(agent.pid);
    await refused({ url: `ws://127.0.0.1:${found?.port}/old-id` }, /No inspector takes connections at .*old-id/);
  });

  it("is given up when nothing answers, at the port or after the connection", async () => {
    const silent = createServer(() => {});
    servers.push(silent);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    const url = await listening(() => {});
    const begun = performance.now();
    await Promise.all([
      refused({ port }, /^Error: Port \d+ does not answer \(.* within 5\.0 s\.\) It is stopped, waits for a debugger/),
      refused({ url: `ws://127.0.0.1:${port}/id` }, /does not answer/),
      refused({ url }, /does not answer \(The inspector did not answer/),
    ]);
    assert.ok(performance.now() - begun < 10_000);
  });

  it("is told of when it closes in mid-call, sends no JSON, or is a browser's page", async () => {
    const closing = await listening((peer) => {
      peer.onMessage = () => peer.drop();
    });
    await refused({ url: closing }, /The connection to the inspector at 127\.0\.0\.1:\d+ was closed/);
    const babbling = await listening((peer) => {
      peer.onMessage = () => peer.send("hello");
    });
    await refused({ url: babbling }, /it sends what is not JSON, so it is no inspector/);
    const page = await listening((peer) => {
      peer.onMessage = (text) =>
        peer.send(JSON.stringify({ id: JSON.parse(text).id, result: { result: { value: null } } }));
    });
    await refused({ url: page }, /What answers there is not Node: a browser's page/);
  });

  it("of an agent that waits for a debugger before it runs is given up", async () => {
    const agent = stage.run(process.execPath, ["--inspect-brk=0", "-e", "setInterval(() => {}, 1000)"]);
    await agent.prints(/Debugger listening/);
    await refused(
      { pid: agent.pid },
      /does not answer \(It has not begun to run\.\) .*waits for a debugger to let it start/,
    );
    assert.equal(agent.ended, undefined);
  });

  it("of an agent in one long call is given up, and the agent is clean afterwards", async () => {
    const agent = await stage.agent({ flags: ["--inspect=0"] });
    agent.tell("block 7");
    await refused({ pid: agent.pid }, /^Error: Process \d+ does not answer .* busy in one long synchronous call/);
    assert.match(await agent.ask("globals", /globals .*/), /globals $/);
  });
});
