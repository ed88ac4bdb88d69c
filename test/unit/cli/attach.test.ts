import assert from "node:assert/strict";
import { readDocuments } from "../../../examples/agent/src/documents.ts";
import { type EmbeddedModelServer, startEmbeddedModelServer } from "../../../examples/agent/src/model/embedded.ts";
import { Attach } from "../../../src/collector/protocol.ts";
import type { LatencyStats } from "../../../src/model/state.ts";
import { until } from "../../support/until.ts";
import { agentThat, stateOf } from "../support/workplace.ts";
import { type OrderedAgent, Terminal } from "./terminal.ts";
import { version } from "./version.ts";

/** Within 2 % or 2 ms on a quiet machine; this one may have other work. */
function close(shown: number | undefined, measured: number, what: string): void {
  const allowed = Math.max(0.02, measured * 0.1);
  assert.ok(shown !== undefined && Math.abs(shown - measured) <= allowed, `${what}: ${shown} for ${measured}`);
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("agent-vitals attach", function () {
  this.timeout(40_000);
  let server: EmbeddedModelServer;
  let terminal: Terminal;
  let agent: OrderedAgent;
  before(async () => {
    server = await startEmbeddedModelServer(readDocuments());
  });
  after(() => server.close());
  beforeEach(() => {
    terminal = new Terminal();
    agent = terminal.agent(server.baseUrl);
  });
  afterEach(() => terminal.dispose());

  it("measures an agent without any flag or client as the agent does itself, and leaves it as it was", async () => {
    await agent.calls(2); // Before anybody looked: not counted.
    const cli = terminal.cli("attach", "--pid", String(agent.pid), "--json");
    await cli.says(/Attached to .*\n/);
    assert.notEqual(await agent.inspector(), "closed");
    const measured = await agent.calls(20);
    await untilCounted(20);
    cli.child.kill("SIGINT");
    const { code, stdout, stderr } = await cli.ended;
    assert.equal(code, 0);
    assert.match(stderr, /^Attached to node fetches\.mjs \(pid \d+\)\.\n$/);
    const document = JSON.parse(stdout);
    assert.deepEqual(Object.keys(document), [
      "agent",
      "pid",
      "duration",
      "queryTypes",
      "models",
      "resources",
      "turns",
      "interruptions",
    ]);
    assert.equal(document.agent, "node fetches.mjs");
    assert.equal(document.pid, agent.pid);
    const stats: LatencyStats = document.models["example-talker"];
    assert.deepEqual(Object.values(document.queryTypes), [stats]);
    assert.deepEqual([stats.count, stats.errors, stats.cancelled], [20, 0, 0]);
    const durations = measured.map(({ duration }) => duration);
    const firsts = measured.map(({ firstToken }) => firstToken);
    close(stats.mean, mean(durations), "mean");
    close(stats.max, Math.max(...durations), "max");
    close(stats.timeToFirstToken?.mean, mean(firsts), "first token");
    assert.equal(stats.timeToFirstToken?.count, 20);
    assert.ok(document.resources.memory.max > 10 * 2 ** 20);
    assert.equal(await agent.inspector(), "closed");
    await agent.calls(1);
  });

  it("prints rows in line under their titles, and a summary that a stranger can read", async () => {
    const cli = terminal.cli("attach", "--pid", String(agent.pid));
    await cli.says(/Time .*Outcome\n/);
    await agent.calls(3);
    await cli.says(/(.*example-talker.*\n){3}/);
    cli.child.kill("SIGTERM");
    const { code, stdout } = await cli.ended;
    assert.equal(code, 0);
    const [titles = "", ...lines] = stdout.split("\n");
    const rows = lines.slice(0, 3);
    for (const row of rows) {
      assert.match(row, /^\d\d:\d\d:\d\d {2}\w+ +example-talker +[\d.]+ m?s +[\d.]+ m?s +[\d,]+ → [\d,]+ {2}ok$/);
      assert.equal(row.indexOf("example-talker"), titles.indexOf("Model"));
      assert.equal(row.indexOf(" ok"), titles.indexOf(" Outcome"));
      assert.match(row.slice(0, titles.indexOf("Duration") + "Duration".length), / m?s$/);
    }
    const summary = stdout.slice(stdout.indexOf("\n\n") + 2);
    assert.match(
      summary,
      /^node fetches\.mjs · pid \d+ · [\d.]+ m?s\n\nQuery type +Count +Errors .* p95 .*\n\w+ +3 +0 /,
    );
    assert.match(summary, /\nModel +Count .*\nexample-talker +3 +0 +0 /);
    assert.match(summary, /\nCPU +\d+ % of one core on average, \d+ % at most\nMemory +[\d.]+ MiB on average, /);
    assert.doesNotMatch(stdout, new RegExp(String.fromCharCode(27)));
  });

  it("ends with its process, and counts what that did last", async () => {
    const cli = terminal.cli("attach", "--pid", String(agent.pid), "--json");
    await cli.says(/Attached to .*\n/);
    await agent.calls(5);
    agent.child.stdin?.end();
    const { code, stdout } = await cli.ended;
    assert.equal(code, 0);
    const document = JSON.parse(stdout);
    assert.equal(document.models["example-talker"].count, 5);
    assert.equal(document.pid, agent.pid);
    assert.equal((await agent.ended).code, 0);
  });

  it("ends after its duration", async () => {
    const cli = terminal.cli("attach", "--pid", String(agent.pid), "--duration", "0.5", "--json");
    const { code, stdout } = await cli.ended;
    assert.equal(code, 0);
    const { duration, queryTypes } = JSON.parse(stdout);
    assert.ok(duration >= 0.49, `${duration}`);
    assert.deepEqual(queryTypes, {});
  });

  it("attaches by port and by WebSocket too", async () => {
    const inspected = terminal.run(["--inspect=127.0.0.1:0", "-e", "setInterval(() => {}, 1000)"]);
    const url = await inspected.says(/ws:\S+/);
    const { port } = new URL(url);
    for (const target of [
      ["--port", port],
      ["--inspect", url],
    ]) {
      const { code, stdout } = await terminal.cli("attach", ...target, "--duration", "0.2", "--json").ended;
      assert.equal(code, 0);
      assert.equal(JSON.parse(stdout).pid, inspected.pid);
    }
  });

  it("leaves what a window had attached as it was", async () => {
    const window = await terminal.connect(version);
    const { agent: name = "" } = await window.rpc.sendRequest(Attach, { pid: agent.pid });
    await agentThat(window, name, (a) => a.inspector?.state === "attached");
    const { code } = await terminal.cli("attach", "--pid", String(agent.pid), "--duration", "0.2", "--json").ended;
    assert.equal(code, 0);
    const left = (await stateOf(window)).agents.find((a) => a.name === name);
    assert.equal(left?.inspector?.state, "attached");
  });

  it("takes back only the inspector where a window watches without one", async () => {
    const window = await terminal.connect(version);
    const { agent: name = "" } = await window.rpc.sendRequest(Attach, { pid: agent.pid, inspect: false });
    const { code } = await terminal.cli("attach", "--pid", String(agent.pid), "--duration", "0.2", "--json").ended;
    assert.equal(code, 0);
    const left = (await stateOf(window)).agents.find((a) => a.name === name);
    assert.equal(left?.status, "running");
    assert.equal(left?.inspector, undefined);
    assert.equal(await agent.inspector(), "closed");
  });

  it("is cleaned up after when it is killed", async () => {
    const window = await terminal.connect(version);
    const cli = terminal.cli("attach", "--pid", String(agent.pid));
    await cli.says(/Attached to .*\n/);
    cli.child.kill("SIGKILL");
    await until("the inspector is closed", async () => (await agent.inspector()) === "closed");
    await until("the agent is forgotten", async () => (await stateOf(window)).agents.length === 0);
  });

  it("leaves nothing to a collector that comes after one that died", async () => {
    const cli = terminal.cli("attach", "--pid", String(agent.pid));
    await cli.says(/Attached to .*\n/);
    const collector = (await terminal.connect(version)).pid;
    process.kill(collector, "SIGKILL");
    const { code, stderr } = await cli.ended;
    assert.equal(code, 2);
    assert.match(stderr, /\nagent-vitals: The collector \(pid \d+\) is gone, and with it the figures\. Log: \S+\n$/);
    const window = await terminal.connect(version);
    assert.notEqual(window.pid, collector);
    assert.deepEqual((await stateOf(window)).agents, []);
  });

  it("goes on while another one ends", async () => {
    const first = terminal.cli("attach", "--pid", String(agent.pid), "--json");
    await first.says(/Attached to .*\n/);
    const second = terminal.cli("attach", "--pid", String(agent.pid), "--json");
    await second.says(/Attached to .*\n/);
    first.child.kill("SIGINT");
    await first.ended;
    await agent.calls(3);
    await untilCounted(3);
    second.child.kill("SIGINT");
    assert.equal(JSON.parse((await second.ended).stdout).models["example-talker"].count, 3);
    assert.equal(await agent.inspector(), "closed");
  });

  it("ends when nobody reads it any more", async () => {
    const cli = terminal.cli("attach", "--pid", String(agent.pid));
    await cli.says(/Time .*Outcome\n/);
    cli.child.stdout?.destroy();
    await agent.calls(2);
    assert.equal((await cli.ended).code, 0);
    assert.equal(await agent.inspector(), "closed");
  });

  it("measures CPU and memory of any other program, and says that its calls can't be seen", async () => {
    const sleeper = terminal.run([
      "-e",
      "require('node:child_process').spawn('sleep', ['60'], { stdio: 'inherit' }).on('spawn', function () { console.log(this.pid) })",
    ]);
    const pid = await sleeper.says(/\d+/);
    try {
      const { code, stdout, stderr } = await terminal.cli("attach", "--pid", pid, "--duration", "3", "--json").ended;
      assert.equal(code, 0);
      assert.match(stderr, /^sleep \(pid \d+\) is watched, but its calls can't be seen: .*\n$/);
      assert.ok(JSON.parse(stdout).resources.memory.max > 0);
    } finally {
      process.kill(Number(pid));
    }
  });

  it("says in one line why it can't attach, and that it could not be done", async () => {
    agent.child.kill("SIGKILL");
    await agent.ended;
    const { code, stdout, stderr } = await terminal.cli("attach", "--pid", String(agent.pid), "--json").ended;
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /^agent-vitals: No process has the pid \d+.*\n$/);
  });

  /** The collector has been told of so many, and has read the process's figures since. */
  async function untilCounted(count: number): Promise<void> {
    const begun = Date.now() / 1000;
    const window = await terminal.connect(version);
    await until(`${count} are counted`, async () => {
      const [watched] = (await stateOf(window)).agents;
      return watched?.latency[0]?.session.count === count && (watched.resources?.time ?? 0) > begun;
    });
    window.close();
  }
});
