import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { SuiteOutline } from "../../../src/model/suiteOutline.ts";
import { END_RUN, type SuiteRunTold } from "../../../src/model/suiteRun.ts";
import type { SuiteResult } from "../../../src/model/suites.ts";
import { until } from "../../support/until.ts";
import { Program, Terminal } from "./terminal.ts";

const main = join(import.meta.dirname, "..", "..", "..", "src", "cli", "main.ts");

describe("agent-vitals suite for an editor", function () {
  this.timeout(120_000);
  let terminal: Terminal;
  let server: Server;

  before(async () => {
    terminal = new Terminal();
    server = createServer((_, response) => response.end("hello")).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(async () => {
    server.close();
    await terminal.dispose();
  });

  const suite = (scenario: object) =>
    JSON.stringify({
      version: 1,
      targets: { server: { kind: "http", url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } },
      scenarios: {
        hello: { target: "server", request: {}, load: { kind: "users", users: 1, thinkTime: "20ms" }, ...scenario },
      },
    });

  const write = (name: string, text: string) => {
    terminal.write(name, text);
    return join(terminal.folder, name);
  };

  it("checks suites, and what is typed before it is saved", async () => {
    const file = write("a.perf.json", suite({}));
    const good = await terminal.cli("suite", "check", "a.perf.json").ended;
    assert.deepEqual([good.code, good.stdout], [0, "Nothing is wrong: a.perf.json.\n"]);
    const typing = terminal.cli("suite", "check", "a.perf.json", "--stdin", "--json");
    typing.child.stdin?.end(suite({ target: "sever" }));
    const { code, stdout } = await typing.ended;
    const [outline] = (JSON.parse(stdout) as { suites: SuiteOutline[] }).suites;
    assert.deepEqual([code, outline?.file, outline?.problems.length], [1, file, 1]);
    write("b.perf.json", suite({ target: "sever" }));
    const wrong = await terminal.cli("suite", "check", "a.perf.json", "b.perf.json").ended;
    assert.equal(wrong.code, 1);
    assert.match(wrong.stdout, /^b\.perf\.json:1:\d+: error: scenarios\.hello\.target: there is no target "sever"/);
    const several = await terminal.cli("suite", "check", "a.perf.json", "b.perf.json", "--stdin").ended;
    assert.deepEqual([several.code, several.stdout], [2, ""]);
  });

  it("runs nothing whose objectives are about an agent that nobody names", async () => {
    const file = write("unnamed.perf.json", suite({ objectives: ["rss growth < 1 MiB/min"] }));
    const { code, stderr } = await terminal.cli("suite", "run", file).ended;
    assert.equal(code, 2);
    assert.match(stderr, /error: scenarios\.hello\.objectives\[0\]: is read of an agent: name the agent/);
    // What the suite holds all scenarios to may be told by one that is not chosen.
    const { targets, scenarios } = JSON.parse(suite({ duration: "300ms", maxLateness: "10s" }));
    const { hello } = scenarios;
    const told = { ...targets, told: { kind: "sse", url: targets.server.url, stages: { stt: "stt" } } };
    const other = { target: "told", request: {}, load: { kind: "users", users: 1 }, duration: "300ms" };
    const whole = { version: 1, targets: told, scenarios: { hello, other }, objectives: ["p95 stage:stt < 1s"] };
    const chosen = write("chosen.perf.json", JSON.stringify(whole));
    const ran = await terminal.cli("suite", "run", chosen, "--scenario", "hello", "--json").ended;
    assert.deepEqual([ran.code, JSON.parse(ran.stdout).objectives[0].verdict], [0, "not proven"], ran.stderr);
  });

  it("asks for agents in the workspace that the editor names", async () => {
    const agents = [{ name: "talker", command: "node", args: ["talker.mjs"] }];
    terminal.write(".vscode/agent-vitals.json", JSON.stringify({ version: 1, agents }));
    const options = { cwd: terminal.root, env: { AGENT_VITALS_WORKSPACE: terminal.folder } };
    const { code, stderr } = await new Program([main, "suite", "run", "--agent", "talkr"], options).ended;
    assert.deepEqual([code, stderr], [2, "agent-vitals: There is no agent talkr here: did you mean talker?\n"]);
  });

  it("tells who forked it how a run goes, and ends when it is asked to, keeping what was measured", async () => {
    const file = write("long.perf.json", suite({ duration: "10m", maxLateness: "1m" }));
    const folder = join(terminal.root, "reports");
    const child = fork(main, ["suite", "run", file, "--reporter=html", `--output=${folder}`], {
      cwd: terminal.folder,
      silent: true,
    });
    const all: SuiteRunTold[] = [];
    child.on("message", (told) => all.push(told as SuiteRunTold));
    const ended = once(child, "exit");
    await until("it measures", () => all.find(({ phase, share = 0 }) => phase === "running" && share > 0));
    child.send(END_RUN);
    await ended;
    assert.deepEqual([all[0]?.phase, all[0]?.scenario], ["begun", "hello"]);
    assert.match(all.at(-1)?.text ?? "", /^hello {2}\d+ requests/);
    const result = JSON.parse(readFileSync(join(folder, "result.json"), "utf8")) as SuiteResult;
    assert.equal(result.status, "partial");
    assert.ok(result.scenarios.hello?.repeats[0]?.requests);
  });

  it("ends when who forked it is gone", async () => {
    const file = write("long.perf.json", suite({ duration: "10m", maxLateness: "1m" }));
    const child = fork(main, ["suite", "run", file], { cwd: terminal.folder, silent: true });
    const ended = once(child, "exit");
    await once(child, "message");
    child.disconnect();
    await ended;
  });
});
