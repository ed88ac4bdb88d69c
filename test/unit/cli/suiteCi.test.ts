import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseOptions } from "../../../src/cli/options.ts";
import { reportChoice } from "../../../src/cli/suite/reports.ts";
import { run as runCommand } from "../../../src/cli/suite/run.ts";
import type { SuiteResult } from "../../../src/model/suites.ts";
import { startQueueServer } from "../suites/queueServer.ts";
import { Terminal } from "./terminal.ts";

const docs = join(import.meta.dirname, "..", "..", "..", "docs", "SUITES.md");

/** Twice as slow: of a machine that does other work beside it the floor leaves room for a quarter. */
const QUICK = 40;
const SLOW = 80;
const floor = ["--noise-floor", "25"];

describe("suites in CI", () => {
  let terminal: Terminal;

  beforeEach(() => {
    terminal = new Terminal();
    terminal.write(
      "agent.perf.json",
      JSON.stringify({
        version: 1,
        defaults: { PORT: "9" },
        targets: { agent: { kind: "http", url: `http://127.0.0.1:\${env:PORT}` } },
        scenarios: {
          chat: {
            target: "agent",
            request: {},
            load: { kind: "users", users: 2 },
            maxLateness: "10s",
            duration: "250ms",
          },
        },
        repeats: 8,
        pause: "0ms",
      }),
    );
  });
  afterEach(async function () {
    this.timeout(60_000);
    await terminal.dispose();
  });

  it("fail by a baseline where the agent became slower, with annotations and JUnit, and not where it is the same", async () => {
    await using quick = await startQueueServer({ milliseconds: QUICK });
    await using slow = await startQueueServer({ milliseconds: SLOW });
    const suite = (port: string, ...args: string[]) =>
      terminal.cliWith(
        { PORT: port, GITHUB_STEP_SUMMARY: join(terminal.root, "summary.md") },
        ...["suite", "run", "agent.perf.json", ...args],
      ).ended;
    const base = await suite(quick.port, "--save-baseline", "base");
    assert.equal(base.code, 0, base.stderr);
    const reports = ["--reporter", "github,junit", "--output", "reports"];
    const slower = await suite(slow.port, "--baseline", "base", ...floor, ...reports);
    assert.equal(slower.code, 1, slower.stdout + slower.stderr);
    assert.match(slower.stdout, /^::error file=agent\.perf\.json,title=agent%3A slower::chat, median: /m);
    assert.match(readFileSync(join(terminal.folder, "reports", "junit.xml"), "utf8"), /<failure type="slower"/);
    assert.match(readFileSync(join(terminal.root, "summary.md"), "utf8"), /is slower/);
    const same = await suite(quick.port, "--baseline", "base", ...floor, ...reports);
    assert.equal(same.code, 0, same.stdout);
    assert.doesNotMatch(same.stdout, /::error/);
  }).timeout(120_000);

  it("let two sides take turns: another checkout, other variables", async () => {
    await using quick = await startQueueServer({ milliseconds: QUICK });
    await using slow = await startQueueServer({ milliseconds: SLOW });
    const suite = (...args: string[]) =>
      terminal.cliWith({ PORT: slow.port }, "suite", "run", "agent.perf.json", ...floor, ...args).ended;
    const slower = await suite("--against", `PORT=${quick.port}`, "--output", "out");
    assert.equal(slower.code, 1, slower.stdout + slower.stderr);
    assert.match(slower.stdout, /^agent: chat is slower: median /);
    const [result, against] = ["result.json", "against.json"].map(
      (name) => JSON.parse(readFileSync(join(terminal.folder, "out", name), "utf8")) as SuiteResult,
    );
    assert.ok(result?.turns !== undefined && result.turns === against?.turns);
    assert.equal(result.comparison?.interleaved, true);
    const again = await terminal.cli("suite", "compare", "out/against.json", "out/result.json", ...floor).ended;
    assert.equal(again.code, 1, "what is kept of both sides compares as they did");
    const text = readFileSync(join(terminal.folder, "agent.perf.json"), "utf8");
    terminal.write("../base/agent.perf.json", text.replace(`\${env:PORT}`, quick.port));
    const checkout = await suite("--against", "../base", "--repeat", "4", "--json");
    const { comparison } = JSON.parse(checkout.stdout) as SuiteResult;
    assert.equal(comparison?.baseline, "../base");
    assert.ok((comparison.changes[0]?.change.value ?? 0) > 0, checkout.stdout);
    const itself = await suite("--against", `PORT=${slow.port}`, "--repeat", "1");
    assert.match(itself.stderr, /Both sides ask http:.*: it is compared with itself\./);
  }).timeout(120_000);

  it("say what is wrong with the other side", async () => {
    const wrong = async (message: RegExp, ...args: string[]) => {
      const { code, stderr } = await terminal.cli("suite", "run", "agent.perf.json", ...args).ended;
      assert.match(stderr, message);
      assert.equal(code, 2);
    };
    await wrong(/leave out --baseline/, "--against", "A=1", "--baseline", "main");
    await wrong(/--against takes NAME=VALUE.*not "a,b"/, "--against", "a,b");
    await wrong(/nowhere.*agent\.perf\.json: there is no such file|nowhere.*is no suite/, "--against", "nowhere");
  }).timeout(60_000);

  it("are run by the workflow of the docs, whose commands there are", () => {
    const markdown = readFileSync(docs, "utf8");
    const blocks = [...markdown.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = ""]) => parse(text));
    assert.ok(blocks.length > 0);
    const steps = blocks.flatMap(({ jobs }) =>
      Object.values(jobs as Record<string, { steps: { run?: string; uses?: string }[] }>).flatMap((job) => job.steps),
    );
    const commands = steps
      .flatMap(({ run = "" }) => run.split(/&&|\n/))
      .filter((line) => line.includes("agent-vitals"));
    assert.ok(commands.length >= 2);
    for (const command of commands) {
      const [npx, program, group, name, ...args] = command.trim().split(/\s+/);
      assert.deepEqual([npx, program, group, name], ["npx", "agent-vitals", "suite", "run"], command);
      reportChoice(parseOptions(runCommand, args));
    }
    const files = steps.flatMap(({ uses }) => uses ?? []);
    assert.ok(
      files.every((action) => /^actions\/[\w-]+@v\d+$/.test(action)),
      String(files),
    );
  });
});
