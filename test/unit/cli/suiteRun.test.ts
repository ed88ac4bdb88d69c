import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { SuiteResult } from "../../../src/model/suites.ts";
import { BaselineStore } from "../../../src/suites/baselines/store.ts";
import { countOf } from "../../../src/suites/histograms.ts";
import { syntheticResult } from "../../fixtures/suites/synthetic.ts";
import { until } from "../../support/until.ts";
import { AnsweringServer, replies } from "../modelServers/support/answeringServer.ts";
import { startQueueServer } from "../suites/queueServer.ts";
import { alive } from "../support/workplace.ts";
import { Terminal } from "./terminal.ts";

const agentFile = join(import.meta.dirname, "agents", "turns.ts");

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const isOpen = (port: number) =>
  fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );

describe("agent-vitals suite run", () => {
  let terminal: Terminal;
  let port: number;

  beforeEach(async function () {
    this.timeout(60_000);
    terminal = new Terminal();
    port = await freePort();
  });
  afterEach(async function () {
    this.timeout(60_000);
    await terminal.dispose();
  });

  /** An agent of this workspace. */
  function configure(more: object = {}, env: Record<string, string> = {}): void {
    const agent = { name: "turns", command: process.execPath, args: [agentFile], env: { PORT: String(port), ...env } };
    terminal.config({ ...agent, ...more });
  }

  function suite(scenario: object, more: object = {}): void {
    const one = { target: "agent", request: {}, load: { kind: "users", users: 2 }, maxLateness: "10s", ...scenario };
    terminal.write(
      "agent.perf.json",
      JSON.stringify({
        version: 1,
        setup: [{ start: "turns", ready: { port } }],
        targets: { agent: { kind: "http", url: `http://127.0.0.1:${port}` } },
        scenarios: { one },
        ...more,
      }),
    );
  }

  it("holds an agent that no suite was written for to what every agent should keep, by turns that its config tells", async () => {
    configure({ thresholds: { talker: "5s" }, turns: [{ url: `http://127.0.0.1:${port}/chat` }] });
    const { code, stdout, stderr } = await terminal.cli("suite", "run", "--duration", "5s", "--json").ended;
    const { status, scenarios, objectives, environment } = JSON.parse(stdout) as SuiteResult;
    const repeat = scenarios["/chat"]?.repeats[0];
    assert.equal(status, "complete", stderr);
    assert.ok(repeat && repeat.requests > 20);
    // What was asked for and what the agent tells are the same turns, but for those at the ends: no warm-up of theirs.
    const told = countOf(repeat.histograms["stage:talker"] ?? []);
    for (const turns of [told, repeat.voice?.success ?? 0])
      assert.ok(Math.abs(turns - repeat.requests) < repeat.requests / 3, `${turns} of ${repeat.requests}`);
    assert.ok((repeat.resources?.gauges["process.memory.usage"]?.mean ?? 0) > 1e7);
    const verdicts = Object.fromEntries(objectives.map(({ objective, verdict }) => [objective, verdict]));
    assert.equal(verdicts["p95 stage:talker < 5s"], "met");
    assert.equal(verdicts["the agent stays up"], "met");
    assert.equal(verdicts["no leak: process.memory.usage"], "not proven");
    assert.ok(environment.machine.cores > 0);
    assert.equal(code, 0);
    assert.equal(await isOpen(port), false, "the agent was started for this, and is stopped");
  }).timeout(120_000);

  it("reads its model server beside the agent, and tells what else the machine did", async () => {
    await using server = await AnsweringServer.start(replies("vllm/up"));
    const agent = { name: "turns", command: process.execPath, args: [agentFile], env: { PORT: String(port) } };
    const modelServers = [{ url: server.url, kind: "vllm", name: "mine" }];
    terminal.write(".vscode/agent-vitals.json", JSON.stringify({ version: 1, agents: [agent], modelServers }));
    suite({ duration: "2s", objectives: ["queue < 100", "kv cache < 0.1%"] });
    const { code, stdout, stderr } = await terminal.cli("suite", "run", "agent.perf.json", "--json").ended;
    const { scenarios, objectives, machine } = JSON.parse(stdout) as SuiteResult;
    const { gauges = {} } = scenarios.one?.repeats[0]?.resources ?? {};
    assert.equal(gauges["agent_vitals.model_server.requests.queued (mine)"]?.max, 3, Object.keys(gauges).join(", "));
    assert.deepEqual(
      objectives.map(({ verdict }) => verdict),
      ["met", "missed"],
    );
    assert.ok(machine.otherLoad !== undefined && machine.otherLoad >= 0 && machine.otherLoad <= 1, stderr);
    assert.equal(code, 1);
  }).timeout(120_000);

  it("takes in what an agent reports of turns that others make, and tells when there are none", async () => {
    configure({}, { TALKS: "yes" });
    const { code, stdout } = await terminal.cli("suite", "run", "--duration", "2s", "--json").ended;
    const { scenarios } = JSON.parse(stdout) as SuiteResult;
    assert.ok((scenarios.observed?.repeats[0]?.requests ?? 0) > 20);
    assert.equal(code, 0);
    configure();
    const silent = await terminal.cli("suite", "run", "--agent", "turns", "--duration", "1s", "--json").ended;
    const { reason } = JSON.parse(silent.stdout) as SuiteResult;
    assert.match(reason ?? "", /The agent reported nothing meanwhile: use it during the run/);
    assert.equal(silent.code, 2);
  }).timeout(120_000);

  it("keeps a CPU profile of the agent, and compares with a baseline", async () => {
    // The usual port of an inspector may be another one's.
    configure({ args: ["--inspect=0", agentFile] });
    suite({ duration: "1s" }, { profile: { interval: "5ms" }, repeats: 2 });
    const args = ["suite", "run", "agent.perf.json", "--output", "out"];
    const first = await terminal.cli(...args, "--save-baseline", "main").ended;
    assert.equal(first.code, 0, first.stderr);
    const profile = join(terminal.folder, "out", "agent.cpuprofile");
    const { nodes, samples } = JSON.parse(readFileSync(profile, "utf8")) as { nodes: unknown[]; samples: unknown[] };
    assert.ok(nodes.length > 1 && samples.length > 10);
    const second = await terminal.cli(...args, "--baseline", "main").ended;
    assert.match(second.stdout, /not enough data/);
    assert.equal(second.code, 0, second.stderr);
    const missing = await terminal.cli(...args, "--baseline", "mian").ended;
    assert.match(missing.stderr, /did you mean main\?/);
    assert.equal(missing.code, 2);
  }).timeout(180_000);

  it("exits with 1 for an objective that is missed, and with 2 for what can't be run", async () => {
    configure();
    suite({ duration: "1s", objectives: ["p50 < 1ms"] });
    assert.equal((await terminal.cli("suite", "run", "agent.perf.json").ended).code, 1);
    suite({ duratoin: "1s", load: { kind: "constant", rate: 1e7 } });
    const wrong = await terminal.cli("suite", "run", "agent.perf.json").ended;
    assert.match(
      wrong.stderr,
      /agent\.perf\.json:1:\d+: error: scenarios\.one\.load\.rate: is 10000000; must be at most/,
    );
    assert.match(
      wrong.stderr,
      /warning: scenarios\.one\.duratoin is unknown and does nothing\. Did you mean "duration"\?/,
    );
    assert.match(wrong.stderr, /agent-vitals: One error: nothing was run\.\n$/);
    assert.equal(wrong.code, 2);
    suite({ duration: "1s" }, { setup: [{ start: "tunrs" }] });
    const unknown = await terminal.cli("suite", "run", "agent.perf.json").ended;
    assert.match(unknown.stderr, /There is no agent tunrs here: did you mean turns\?/);
    assert.equal(unknown.code, 2);
  }).timeout(120_000);

  it("says before it runs what would make the run be for nothing", async () => {
    const refused = async (message: RegExp, ...args: string[]) => {
      const { code, stderr } = await terminal.cli("suite", "run", "agent.perf.json", ...args).ended;
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /one begins/);
      assert.equal(code, 2);
    };
    suite({ duration: "1s" }, { setup: [] });
    await refused(/is no name for a baseline/, "--save-baseline", "../../x");
    await refused(/Not in a git repository/, "--save-baseline", "commit");
    await refused(/can't be kept as one baseline/, "other.perf.json", "--save-baseline", "main");
    terminal.write("plain", "");
    await refused(/Reports can't be written to .*plain: .*plain is a file/, "--output", "plain");
    await refused(/Reports can't be written to .*plain is a file/, "--output", "plain/deeper");
    if (process.platform === "linux") await refused(/Reports can't be written to/, "--output", "/proc/nope/deeper");
    new BaselineStore(terminal.folder).save("main", syntheticResult({ one: { seed: 1, repeats: 2, responses: 9 } }));
    await refused(/Baseline main is of another suite, default, and this is agent:/, "--baseline", "main");
  }).timeout(120_000);

  it("keeps the baseline also where reports can't be written, and reports of suites of one name apart", async () => {
    await using server = await startQueueServer({ milliseconds: 5 });
    const spoil = `const fs = require("fs"); fs.rmSync("out", { recursive: true }); fs.writeFileSync("out", "")`;
    const targets = { agent: { kind: "http", url: `http://127.0.0.1:${server.port}` } };
    suite({ duration: "300ms" }, { setup: [], targets, teardown: [{ run: [process.execPath, "-e", spoil] }] });
    const args = ["suite", "run", "agent.perf.json", "--output", "out", "--save-baseline", "main"];
    const spoilt = await terminal.cli(...args).ended;
    assert.match(spoilt.stderr, /Reports can't be written to .*out is a file/);
    assert.equal(spoilt.code, 2);
    const { kind, warmUp, duration } =
      (await new BaselineStore(terminal.folder).load("main")).result.scenarios.one ?? {};
    assert.deepEqual([kind, typeof warmUp, duration], ["http", "number", 0.3], "what was asked for is kept");
    suite({ duration: "300ms" }, { setup: [], targets });
    terminal.write("deeper/agent.perf.json", readFileSync(join(terminal.folder, "agent.perf.json"), "utf8"));
    const both = ["agent.perf.json", "deeper/agent.perf.json"];
    const apart = await terminal.cli("suite", "run", ...both, "--output", "reports").ended;
    assert.equal(apart.code, 0, apart.stderr);
    for (const name of ["agent", "agent-2"]) assert.ok(existsSync(join(terminal.folder, "reports", name)), name);
  }).timeout(120_000);

  it("keeps no result that says nothing as a baseline", async () => {
    suite({ duration: "300ms" }, { setup: [] });
    const { code, stderr } = await terminal.cli("suite", "run", "agent.perf.json", "--save-baseline", "main").ended;
    assert.match(stderr, /A\w* invalid result is no baseline: one: No request was answered well/);
    assert.equal(code, 2);
    assert.deepEqual(new BaselineStore(terminal.folder).names(), []);
  }).timeout(60_000);

  it("keeps what was measured until Ctrl+C, marks it as partial, and stops what it started", async () => {
    configure();
    suite({ duration: "60s" }, { repeats: 5 });
    const running = terminal.cli("suite", "run", "agent.perf.json", "--output", "out");
    await running.says(/one begins/);
    const count = () =>
      fetch(`http://127.0.0.1:${port}/count`).then(
        (answer) => answer.text(),
        () => "0",
      );
    await until("turns are made", async () => Number(await count()) > 20);
    running.child.kill("SIGINT");
    const { code } = await running.ended;
    assert.equal(code, 2);
    const file = join(terminal.folder, "out", "result.json");
    assert.ok(existsSync(file), running.stderr);
    const { status, scenarios } = JSON.parse(readFileSync(file, "utf8")) as SuiteResult;
    assert.equal(status, "partial");
    assert.ok((scenarios.one?.repeats[0]?.requests ?? 0) > 0);
    assert.equal(await isOpen(port), false);
  }).timeout(120_000);

  it("ends the run by what the agent tells meanwhile: its memory, and operations of its own", async () => {
    configure();
    for (const objective of ["rss < 1 MiB", "p50 stage:talker < 1ms"]) {
      suite({ duration: "10m", objectives: [{ objective, abortOnFail: true }] });
      const { code, stdout, stderr } = await terminal.cli("suite", "run", "agent.perf.json", "--json").ended;
      assert.equal((JSON.parse(stdout) as SuiteResult).reason, `one missed ${objective}, which ends the run`, stderr);
      assert.equal(code, 1);
    }
  }).timeout(120_000);

  it("says how an agent ended that was to be ready, and does not wait for it", async () => {
    configure({ args: ["-e", "console.error('there is no model'); process.exit(7)"] });
    suite({ duration: "1s" }, { setup: [{ start: "turns", ready: { port, timeout: "10m" } }] });
    const { code, stderr } = await terminal.cli("suite", "run", "agent.perf.json").ended;
    assert.match(stderr, /turns is not ready: it ended with 7: there is no model\.\n$/);
    assert.equal(code, 2);
  }).timeout(120_000);

  it("exits with 2 and says so where it waits for what never comes", async () => {
    terminal.write("never.perf.mjs", "await new Promise(() => {}); export default {};");
    const { code, stderr } = await terminal.cli("suite", "run", "never.perf.mjs").ended;
    assert.match(stderr, /agent-vitals: it ended before it was done/);
    assert.equal(code, 2);
    terminal.write(
      "fails.perf.mjs",
      "setTimeout(() => { throw new Error('its own timer'); }); await new Promise(() => {});",
    );
    assert.equal((await terminal.cli("suite", "run", "fails.perf.mjs").ended).code, 2);
  }).timeout(60_000);

  it("ends at once by a second signal, whichever it is", async () => {
    terminal.write(
      "never.perf.mjs",
      `const never = () => new Promise(() => {});
       export default {
         setup: [never], teardown: [{ call: never, timeout: "10m" }],
         targets: { server: { kind: "http", url: "http://127.0.0.1:1" } },
         scenarios: { one: { target: "server", request: {}, load: { kind: "users", users: 1 }, count: 1 } },
       };`,
    );
    const running = terminal.cli("suite", "run", "never.perf.mjs");
    await running.says(/Setting up/);
    running.child.kill("SIGINT");
    await running.says(/Tearing down/);
    running.child.kill("SIGTERM");
    await running.ended;
    assert.equal(running.child.signalCode, "SIGTERM");
  }).timeout(60_000);

  it("takes a program along that heeds no signal", async () => {
    const stubborn = "process.on('SIGTERM', () => {}); console.error('as ' + process.pid); setInterval(() => {}, 1000)";
    suite({ count: 1 }, { setup: [{ run: [process.execPath, "-e", stubborn], timeout: "10m" }] });
    const running = terminal.cli("suite", "run", "agent.perf.json");
    const pid = Number((await running.says(/as \d+/)).slice(3));
    running.child.kill("SIGINT");
    await running.says(/Ending/);
    running.child.kill("SIGINT");
    await running.ended;
    await until("it has ended", () => !alive(pid) || undefined);
  }).timeout(60_000);
});
