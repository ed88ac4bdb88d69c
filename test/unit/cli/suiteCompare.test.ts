import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reportChoice } from "../../../src/cli/suite/reports.ts";
import type { SuiteResult } from "../../../src/model/suites.ts";
import { BaselineStore } from "../../../src/suites/baselines/store.ts";
import { writeResult } from "../../../src/suites/baselines/writeResult.ts";
import { syntheticResult } from "../../fixtures/suites/synthetic.ts";
import { Terminal } from "./terminal.ts";

const calm = { responses: 400, between: 0.015, repeats: 12 };

describe("agent-vitals suite compare", function () {
  this.timeout(180_000);
  let terminal: Terminal;
  before(() => {
    terminal = new Terminal();
    mkdirSync(join(terminal.folder, ".vscode"), { recursive: true });
    new BaselineStore(terminal.folder).save("main", syntheticResult({ talker: { seed: 1, ...calm } }));
    const write = (name: string, factor: number, seed: number) =>
      writeFileSync(join(terminal.folder, name), writeResult(syntheticResult({ talker: { seed, factor, ...calm } })));
    write("slow.json", 1.15, 2);
    write("alike.json", 1, 3);
  });
  after(() => terminal.dispose());

  const suite = (...args: string[]) => terminal.cli("suite", ...args).ended;

  it("tells slower, and fails; the other way round it is faster", async () => {
    const slower = await suite("compare", "main", "slow.json");
    assert.deepEqual([slower.code, slower.stderr], [1, ""]);
    assert.match(slower.stdout, /^default: Talker is slower: median .* \+1\d % \[/);
    const faster = await suite("compare", "./slow.json", "main");
    assert.equal(faster.code, 0);
    assert.match(faster.stdout, /Talker is faster/);
  });

  it("can't compare what says nothing", async () => {
    const invalid = { ...syntheticResult({ talker: { seed: 3, ...calm } }), status: "invalid", reason: "it went away" };
    terminal.write("invalid.json", writeResult(invalid as SuiteResult));
    assert.equal((await suite("compare", "main", "invalid.json")).code, 2);
    const { code, stdout } = await suite("compare", "invalid.json", "main");
    assert.match(stdout, /! The baseline is invalid: it went away\./);
    assert.equal(code, 2);
  });

  it("prints the result with its comparison as JSON", async () => {
    const { code, stdout } = await suite("compare", "main", "alike.json", "--json");
    const { comparison } = JSON.parse(stdout);
    assert.equal(code, 0);
    assert.equal(comparison.baseline, "main");
    assert.ok(["same", "not enough data"].includes(comparison.verdict));
  });

  it("writes reports to a folder", async () => {
    const folder = join(terminal.root, "reports");
    const reporters = ["--reporter", "html,junit,markdown,pretty", "--output", folder];
    const { code, stdout, stderr } = await suite("compare", "main", "slow.json", ...reporters);
    assert.deepEqual([code, stderr], [1, `Reports are in ${folder}.\n`]);
    assert.match(stdout, /^default: /);
    for (const file of ["report.html", "junit.xml", "report.md", "report.txt", "result.json"])
      assert.ok(existsSync(join(folder, file)), file);
    assert.match(readFileSync(join(folder, "report.html"), "utf8"), /Talker is slower/);
  });

  it("takes a noise floor", async () => {
    assert.equal((await suite("compare", "main", "slow.json", "--noise-floor", "40")).code, 0);
  });

  it("says what is wrong with what it is given", async () => {
    const refused = async (message: RegExp, ...args: string[]) => {
      const { code, stdout, stderr } = await suite(...args);
      assert.deepEqual([code, stdout], [2, ""], args.join(" "));
      assert.match(stderr, message);
    };
    writeFileSync(join(terminal.folder, "bad.json"), "{");
    await refused(/did you mean main\?/, "compare", "mian", "slow.json");
    await refused(/bad\.json is damaged or no JSON/, "compare", "main", "bad.json");
    await refused(/B is missing/, "compare", "main");
    assert.throws(() => reportChoice({ reporter: "htm" }), /did you mean html\?/);
    assert.throws(() => reportChoice({ reporter: "html,junit" }), /html and junit can't share standard output/);
    assert.throws(() => reportChoice({ reporter: "html", json: true }), /give one of them/);
    assert.deepEqual(reportChoice({ reporter: "github,pretty" }).names, ["github", "pretty"]);
  });

  it("lists baselines and deletes them", async () => {
    const store = new BaselineStore(terminal.folder);
    store.save("old", syntheticResult({ talker: { seed: 9, repeats: 2, responses: 30 } }));
    const listed = await suite("baselines");
    assert.equal(listed.code, 0);
    assert.match(listed.stdout, /^old +default +\S.* 4f2c1e9 +2 +talker$/m);
    const deleted = await suite("baselines", "--delete", "old", "--json");
    assert.deepEqual(
      JSON.parse(deleted.stdout).baselines.map(({ name }: { name: string }) => name),
      ["main"],
    );
    writeFileSync(join(store.folder, "broken.json"), "[]");
    const { code, stdout } = await suite("baselines");
    assert.equal(code, 1);
    assert.match(stdout, /^broken +can't be read .* is no result of a suite/m);
  });

  it("exports a suite for k6", async () => {
    const file = join(terminal.folder, "load.perf.json");
    const target = { kind: "http", url: "http://127.0.0.1:9" };
    const scenario = { target: "agent", request: { path: "/" }, load: { kind: "users", users: 2 } };
    writeFileSync(file, JSON.stringify({ version: 1, targets: { agent: target }, scenarios: { chat: scenario } }));
    const folder = join(terminal.root, "k6");
    const { code, stdout } = await suite("export", "load.perf.json", "--k6", folder, "--json");
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout).files, [join(folder, "script.js"), join(folder, "chat.requests.json")]);
    assert.ok(existsSync(join(folder, "script.js")));
    assert.match((await suite("export", "load.perf.json")).stderr, /--k6 DIR/);
  });
});
