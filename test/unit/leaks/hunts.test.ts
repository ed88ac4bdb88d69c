import assert from "node:assert/strict";
import { readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LeakReport } from "../../../src/model/leaks.ts";
import { freePort, huntIn, leakPrograms, sameName } from "../../fixtures/leaks/programs.ts";
import { until } from "../../support/until.ts";
import { type Program, Terminal } from "../cli/terminal.ts";

// From the sources, as the unit tests run before anything is built.
const cli = join(import.meta.dirname, "../../../src/cli/main.ts");
const fixtures = join(import.meta.dirname, "../../fixtures/leaks");

describe("a leak hunt", function () {
  this.timeout(240_000);
  let terminal: Terminal;
  beforeEach(() => {
    terminal = new Terminal();
  });
  afterEach(() => terminal.dispose());

  // The rest of them: npm run hunts.
  for (const name of ["sessionMap", "emitterListeners", "worker", "bundled", "boundedLru", "jit"]) {
    const program = leakPrograms().find((one) => one.name === name);
    assert.ok(program);
    it(
      program.leaks ? `finds the leak of ${name}, who holds it and its line` : `finds nothing in ${name}`,
      async () => {
        const { report, ...judged } = await huntIn(program, { turns: 400, cli });
        assert.deepEqual(
          judged,
          { program, verdict: true, rule: true, holder: true, line: true },
          JSON.stringify(report),
        );
        assert.ok(report.turns >= 300);
        assert.deepEqual(report.snapshots, []);
      },
    );
  }

  it("tells the line by the stacks of what grew when it is to be exact", async () => {
    const program = sameName();
    const { report, ...judged } = await huntIn(program, { turns: 200, cli, options: ["--exact"] });
    assert.deepEqual(judged, { program, verdict: true, rule: true, holder: true, line: true }, JSON.stringify(report));
  });

  it("starts a command whatever holds the inspector's usual port", async () => {
    const holder = terminal.run(["--inspect=127.0.0.1:9229", join(fixtures, "clean/pool.mjs")]);
    await holder.says(/Debugger listening|address already in use/, 100);
    const program = leakPrograms().find(({ name }) => name === "sessionMap");
    assert.ok(program);
    assert.equal((await huntIn(program, { turns: 100, cli })).verdict, true);
  });

  it("takes no snapshot when it shall not, and names the function that allocates", async () => {
    const program = leakPrograms().find(({ name }) => name === "audioBuffers");
    assert.ok(program);
    const { report } = await huntIn(program, { turns: 400, cli, options: ["--no-snapshot"] });
    assert.equal(report.paused, 0);
    assert.equal(report.verdict, "leak");
    const external = report.resources.find(({ name }) => name === "v8js.memory.external");
    assert.equal(external?.verdict, "leak");
    assert.ok(Math.abs((external?.growthPerTurn ?? 0) - 16_000) < 2000, `${external?.growthPerTurn}`);
  });

  async function served(file: string): Promise<{ program: Program; url: string }> {
    const port = await freePort();
    const program = terminal.run([file], { PORT: `${port}` });
    await program.says(/^\d+$/m);
    return { program, url: `http://127.0.0.1:${port}/` };
  }

  /** What hunts left behind them. */
  const left = () => {
    const folder = join(terminal.addresses.stateFolder, "heap");
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  };

  it("is cancelled at Ctrl+C: no file is left, and the agent lives on", async () => {
    const { program, url } = await served(join(fixtures, "leaky/sessionMap.mjs"));
    const args = ["--pid", `${program.pid}`, "--action", url, "--turns", "100000", "--duration", "600"];
    const hunt = terminal.cli("leaks", ...args);
    await hunt.says(/reading, /, 100);
    hunt.child.kill("SIGINT");
    const { code, stdout, stderr } = await hunt.ended;
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /The leak hunt was cancelled; the agent has its speed back\.$/m);
    await until("no snapshot", () => left().length === 0);
    assert.equal(await (await fetch(url)).text(), "done");
  });

  it("says so when the agent ends in the middle, and when a second hunt begins", async () => {
    const { program, url } = await served(join(fixtures, "leaky/sessionMap.mjs"));
    const args = ["--pid", `${program.pid}`, "--action", url, "--turns", "100000", "--duration", "600"];
    const hunt = terminal.cli("leaks", ...args);
    await hunt.says(/reading, /, 100);
    const second = await terminal.cli("leaks", ...args).ended;
    assert.equal(second.code, 2);
    assert.match(second.stderr, /A leak hunt is under way in .* already: wait for it, or cancel it\.$/m);
    program.child.kill("SIGKILL");
    const { code, stderr } = await hunt.ended;
    assert.equal(code, 2);
    assert.match(stderr, /ended in the middle of the leak hunt: start it again, and hunt anew\.$/m);
    assert.deepEqual(left(), []);
  });

  it("tells the line of files that are opened by number and forgotten, which no heap knows", async () => {
    const file = join(import.meta.dirname, "../../fixtures/handles/leaking.mjs");
    const { program, url } = await served(file);
    const args = ["--pid", `${program.pid}`, "--action", url, "--turns", "200", "--no-snapshot", "--json"];
    const { code, stdout } = await terminal.cli("leaks", ...args).ended;
    assert.equal(code, 1);
    const { summary, suspects } = JSON.parse(stdout) as LeakReport;
    const line =
      readFileSync(file, "utf8")
        .split("\n")
        .findIndex((text) => text.includes("// LEAK")) + 1;
    const suspect = suspects.find(({ rule }) => rule === "open-descriptors");
    assert.deepEqual(suspect?.location, { file, line, column: 3 });
    assert.match(suspect.explanation, /^\d+ files \(.*node\) opened in \d+ turns are still open\.$/);
    assert.ok(summary.length > 0);
  });

  it("names no line of a file that was changed since the agent was started", async () => {
    const file = join(terminal.folder, "agent.mjs");
    writeFileSync(
      file,
      `import { serve, text } from ${JSON.stringify(join(fixtures, "support/serve.mjs"))};
const notes = [];
serve((number) => { notes.push({ number, text: text(number, 900) }); });
`,
    );
    const { program, url } = await served(file);
    const later = Date.now() / 1000 + 60;
    utimesSync(file, later, later);
    const hunt = terminal.cli("leaks", "--pid", `${program.pid}`, "--action", url, "--turns", "300", "--json");
    const { code, stdout } = await hunt.ended;
    assert.equal(code, 1);
    const [suspect] = (JSON.parse(stdout) as LeakReport).suspects;
    assert.equal(suspect?.variable, "notes");
    assert.notEqual(suspect?.location?.file, file);
  });

  it("refuses what would pause too long, what is not asked rightly, and turns that fail", async () => {
    const { program, url } = await served(join(fixtures, "clean/pool.mjs"));
    const pid = ["--pid", `${program.pid}`];
    const refused = async (reason: RegExp, ...args: string[]) => {
      const { code, stdout, stderr } = await terminal.cli("leaks", ...args).ended;
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, reason);
    };
    await refused(
      /would pause three times for .*: allow it \(--longest \d+\), or hunt without snapshots\.$/m,
      ...pid,
      "--longest",
      "0",
    );
    await refused(/--exact tells its stacks by snapshots: leave --no-snapshot out/, ...pid, "--exact", "--no-snapshot");
    await refused(/Say what to attach to: /, "--turns", "30");
    await refused(/Name a process or a command to start, not both/, ...pid, "--", "node", "x.mjs");
    await refused(/--action needs an http URL, not "here"/, ...pid, "--action", "here");
    await refused(/--body is no JSON: /, ...pid, "--action", url, "--body", "{");
    await refused(/GET http:.* came to nothing: /, ...pid, "--action", "http://127.0.0.1:9/");
    await refused(/nowhere-to-be-found can't be started/, "--", "nowhere-to-be-found");
  });

  it("can't tell without turns, and says what to do", async () => {
    const { program } = await served(join(fixtures, "leaky/sessionMap.mjs"));
    const { code, stdout } = await terminal.cli("leaks", "--pid", `${program.pid}`, "--duration", "3", "--json").ended;
    const report = JSON.parse(stdout) as LeakReport;
    assert.deepEqual([code, report.verdict, report.turns], [2, "inconclusive", 0]);
    assert.match(report.summary, /no turns/i);
  });
});
