import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import {
  Attach,
  Detach,
  FollowOutput,
  Output,
  RestartAgent,
  SendInput,
  StartAgent,
  StopAgent,
  Tick,
  WatchSeries,
} from "../../../src/collector/protocol.ts";
import type { AgentSeries } from "../../../src/model/state.ts";
import { until } from "../../support/until.ts";
import { agentThat, alive, stateOf, Workplace } from "../support/workplace.ts";

/** Speaks the wire protocol by itself: the collector must not need our client. */
const wireAgent = `
const { connect } = require("node:net");
const start = Date.now() / 1000 - process.uptime();
function open() {
  const s = connect(process.env.AGENT_VITALS_SOCKET);
  const say = (e) => s.writable && s.write(JSON.stringify(e) + "\\n");
  let timer;
  s.on("connect", () => {
    say({ type: "hello", protocol: 1, agent: process.env.AGENT_VITALS_AGENT ?? "wire", pid: process.pid, startTime: start, token: process.env.AGENT_VITALS_TOKEN });
    timer = setInterval(() => say({ type: "response", queryType: "talker", start: Date.now() / 1000 - 0.25, duration: 0.25, outcome: "ok" }), 20);
  });
  s.on("data", (d) => {
    for (const line of d.toString().split("\\n").filter(Boolean)) {
      const { type, id } = JSON.parse(line);
      if (type === "command") say({ type: "reply", id, ok: true });
    }
  });
  s.on("error", () => {});
  s.on("close", () => { clearInterval(timer); setTimeout(open, 100); });
}
open();
process.stdin.on("data", (d) => console.log("heard " + d.toString().trim()));
`;

describe("the collector", function () {
  this.timeout(40_000); // The last window's grace alone is 10 s.
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
    place.write("agent.cjs", wireAgent);
    place.config({ name: "wire", command: process.execPath, args: ["agent.cjs"] });
  });
  afterEach(() => place.dispose());

  it("is one for all windows of a workspace, and reached by this user alone", async () => {
    const [first, second] = await Promise.all([place.connect(), place.connect()]);
    assert.equal(first?.pid, second?.pid);
    assert.equal(statSync(place.addresses.controlSocket).mode & 0o777, 0o600);
    assert.equal(statSync(place.addresses.eventSocket).mode & 0o777, 0o600);
  });

  it("starts an agent, shows its figures to every window, and stops it", async () => {
    const window = await place.connect();
    const other = await place.connect();
    await window.rpc.sendRequest(StartAgent, { agent: "wire" });
    const running = await agentThat(other, "wire", (a) => (a.latency[0]?.minute.count ?? 0) > 10 && !!a.resources?.cpu);
    assert.equal(running.latency[0]?.minute.p50, 0.25);
    assert.equal(running.latency[0]?.threshold, 2);
    assert.equal(running.runs.length, 1);
    assert.equal(running.connections, 1);
    await window.rpc.sendRequest(StopAgent, { agent: "wire" });
    const stopped = await agentThat(other, "wire", (a) => a.status === "stopped");
    assert.equal(stopped.runs[0]?.stopped, true);
    assert.equal(alive(running.runs[0]?.pid ?? 0), false);
  });

  it("sends series once whole and then what came since, to each watcher", async () => {
    const window = await place.connect();
    const ticks: AgentSeries[] = [];
    window.rpc.onNotification(Tick, (tick) => void ticks.push(tick));
    await window.rpc.sendRequest(StartAgent, { agent: "wire" });
    await agentThat(window, "wire", (a) => (a.latency[0]?.minute.count ?? 0) > 5);
    const whole = await window.rpc.sendRequest(WatchSeries, { agent: "wire" });
    await until("some ticks", () => ticks.filter((t) => t.responses.length > 0).length > 2);
    const indexes = [whole, ...ticks].flatMap((s) => s?.responses.map((r) => r.index) ?? []);
    assert.deepEqual(
      indexes,
      [...indexes.keys()].map((i) => i + (indexes[0] ?? 0)),
    );
    assert.ok(ticks.some((t) => (t.latency.talker?.length ?? 0) > 0));
  });

  it("dies without stopping an agent, and the next one takes everything up", async () => {
    const window = await place.connect();
    const { runId } = await window.rpc.sendRequest(StartAgent, { agent: "wire" });
    const bystander = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    try {
      const attached = await window.rpc.sendRequest(Attach, { pid: bystander.pid ?? 0 });
      const before = await agentThat(window, "wire", (a) => a.connections === 1);
      const gone = new Promise<void>((resolve) => window.onClose(resolve));
      process.kill(window.pid, "SIGKILL");
      await gone;
      const next = await place.connect();
      assert.notEqual(next.pid, window.pid);
      const after = await agentThat(next, "wire", (a) => (a.latency[0]?.minute.count ?? 0) > 5);
      assert.deepEqual([after.runs[0]?.pid, after.runs[0]?.id], [before.runs[0]?.pid, runId]);
      assert.equal(after.runs[0]?.origin, "launched");
      await agentThat(next, attached.agent ?? "", (a) => a.runs[0]?.pid === bystander.pid && a.resources !== undefined);

      let output = "";
      next.rpc.onNotification(Output, ({ data }) => {
        output += data;
      });
      await next.rpc.sendRequest(FollowOutput, { runId, offset: 0 });
      await next.rpc.sendRequest(SendInput, { runId, data: "you\n" });
      await until("standard input reaches it", () => output.includes("heard you"));

      await next.rpc.sendRequest(Detach, { agent: attached.agent ?? "" });
      assert.ok(alive(bystander.pid ?? 0));
      process.kill(before.runs[0]?.pid ?? 0, "SIGKILL");
      const ended = await agentThat(next, "wire", (a) => a.status === "failed");
      assert.equal(ended.runs[0]?.exitCode, 137);
    } finally {
      bystander.kill();
    }
  });

  it("hands over to a window of another version, its agents running on", async () => {
    const old = await place.connect("1.0.0");
    await old.rpc.sendRequest(StartAgent, { agent: "wire" });
    const pid = (await agentThat(old, "wire", (a) => a.status === "running")).runs[0]?.pid;
    const gone = new Promise<void>((resolve) => old.onClose(resolve));
    const next = await place.connect("2.0.0");
    await gone;
    assert.notEqual(next.pid, old.pid);
    assert.equal((await agentThat(next, "wire", (a) => a.status === "running")).runs[0]?.pid, pid);
  });

  it("tells a window of an older version to reload, and goes on", async () => {
    const window = await place.connect("2.0.0");
    await assert.rejects(place.connect("1.9.0"), /newer Agent Vitals \(2\.0\.0\).*Reload the window/);
    await stateOf(window);
  });

  it("starts from a damaged state, and serves where none can be kept", async () => {
    writeFileSync(place.addresses.stateFile, JSON.stringify({ settings: { folders: 5 }, attachments: 7 }));
    const window = await place.connect();
    rmSync(place.addresses.stateFile, { force: true });
    mkdirSync(`${place.addresses.stateFile}.new`); // Nothing can be written where a folder lies.
    const { agent } = await window.rpc.sendRequest(Attach, { pid: process.pid });
    await agentThat(window, agent ?? "", (a) => a.resources !== undefined);
  });

  it("takes in new agents when 200 have come and gone, and says no when they all live", async () => {
    const window = await place.connect();
    const { eventSocket, token } = place.addresses;
    const hello = (agent: string, pid: number) =>
      `${JSON.stringify({ type: "hello", protocol: 1, agent, pid, startTime: 1.7e9, token })}\n`;
    const come = (name: string, pid: number) =>
      new Promise<{ reply: string; leave: () => void }>((resolve) => {
        const socket = connect(eventSocket, () => socket.write(hello(name, pid)));
        socket.once("data", (data) => resolve({ reply: data.toString(), leave: () => socket.destroy() }));
      });
    for (let i = 0; i < 210; i++) (await come(`gone-${i}`, 4_000_000 + i)).leave();
    await until("the last one is there", async () => (await stateOf(window)).agents.some((a) => a.name === "gone-209"));
    assert.ok((await stateOf(window)).agents.length <= 202);
    assert.ok((await stateOf(window)).agents.some((a) => a.name === "wire"));
    const living = [];
    for (let i = 0; i < 200; i++) living.push(await come(`lives-${i}`, 4_100_000 + i));
    assert.match((await come("one too many", 4_200_000)).reply, /"ok":false/);
    for (const { leave } of living) leave();
  });

  it("ends 10 s after its last window has left, with the agents that it launched", async () => {
    const window = await place.connect();
    await window.rpc.sendRequest(StartAgent, { agent: "wire" });
    const pid = (await agentThat(window, "wire", (a) => a.status === "running")).runs[0]?.pid ?? 0;
    window.close();
    await until("the agent has ended", () => !alive(pid));
    await until("the collector has ended", () => !alive(window.pid));
  });

  it("runs nothing that an untrusted workspace names", async () => {
    const window = await place.connect("1.0.0", { trusted: false });
    await assert.rejects(window.rpc.sendRequest(StartAgent, { agent: "wire" }), /not trusted/);
    await assert.rejects(window.rpc.sendRequest(RestartAgent, { agent: "wire" }), /not trusted/);
  });

  it("says why an agent can't be started, and starts it once that is mended", async () => {
    place.config({ name: "wire", command: "no-such-program" });
    const window = await place.connect();
    await assert.rejects(
      window.rpc.sendRequest(StartAgent, { agent: "wire" }),
      /^Error: Can't start wire: .*no-such-program/,
    );
    const failed = await agentThat(window, "wire", (a) => a.status === "failed");
    assert.match(failed.message ?? "", /no-such-program/);
    place.config({ name: "wire", command: process.execPath, args: ["agent.cjs"] });
    await until("it starts", () =>
      window.rpc.sendRequest(StartAgent, { agent: "wire" }).then(
        () => true,
        () => undefined,
      ),
    );
    await assert.rejects(window.rpc.sendRequest(StartAgent, { agent: "wire" }), /runs already \(pid \d+\)/);
    await assert.rejects(window.rpc.sendRequest(StartAgent, { agent: "nobody" }), /no agent nobody/);
  });

  it("counts a child that gives its parent's name to the parent's run, and any other as a run of its own", async () => {
    place.write("parent.cjs", `require("node:child_process").fork("./agent.cjs"); process.stdin.resume();`);
    place.config({ name: "wire", command: process.execPath, args: ["parent.cjs"] });
    const window = await place.connect();
    await window.rpc.sendRequest(StartAgent, { agent: "wire" });
    const running = await agentThat(window, "wire", (a) => a.connections === 1 && (a.resources?.processes ?? 0) >= 2);
    assert.equal(running.runs.length, 1);
    const { eventSocket, token } = place.addresses;
    const env = { ...process.env, AGENT_VITALS_SOCKET: eventSocket, AGENT_VITALS_TOKEN: token };
    const stranger = spawn(process.execPath, ["agent.cjs"], { cwd: place.folder, env, stdio: "ignore" });
    try {
      const both = await agentThat(window, "wire", (a) => a.connections === 2);
      assert.deepEqual(
        both.runs.map((r) => r.origin),
        ["connected", "launched"],
      );
    } finally {
      stranger.kill();
    }
    await agentThat(window, "wire", (a) => a.connections === 1 && a.runs[0]?.endTime !== undefined);
    assert.equal((await stateOf(window)).agents[0]?.status, "running");
  });

  it("goes on with a child that outlives the process that was launched", async () => {
    const parent = `require("node:child_process").spawn(process.execPath, ["agent.cjs"], { detached: true, stdio: "ignore" }).unref();
      setTimeout(() => process.exit(0), 1500);`;
    place.write("parent.cjs", parent);
    place.config({ name: "wire", command: process.execPath, args: ["parent.cjs"] });
    const window = await place.connect();
    await window.rpc.sendRequest(StartAgent, { agent: "wire" });
    await agentThat(window, "wire", (a) => a.connections === 1 && a.runs.length === 1);
    const running = await agentThat(window, "wire", (a) => a.runs.length === 2 && a.status === "running");
    assert.deepEqual([running.runs[0]?.origin, running.runs[1]?.exitCode, running.connections], ["connected", 0, 1]);
    await window.rpc.sendRequest(StopAgent, { agent: "wire" });
    const stopped = await agentThat(window, "wire", (a) => a.status === "stopped" && a.connections === 0);
    assert.equal(stopped.runs[0]?.stopped, true);
  });

  it("lives on when its control socket is fed garbage", async () => {
    const window = await place.connect();
    const garbage = connect(place.addresses.controlSocket);
    garbage.on("error", () => {});
    garbage.write("Content-Length: 5\r\n\r\n{{{{{");
    garbage.write(Buffer.alloc(100_000, 0xff));
    await until("the state is told", () => stateOf(window).then(() => true));
    garbage.destroy();
    assert.ok(alive(window.pid));
  });
});
