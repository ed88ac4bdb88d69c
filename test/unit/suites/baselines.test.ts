import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseResult, readResult } from "../../../src/suites/baselines/readResult.ts";
import { BaselineStore, COMMIT } from "../../../src/suites/baselines/store.ts";
import { writeResult } from "../../../src/suites/baselines/writeResult.ts";
import { readGit } from "../../../src/suites/environment/git.ts";
import { readEnvironment } from "../../../src/suites/environment/readEnvironment.ts";
import { syntheticResult } from "../../fixtures/suites/synthetic.ts";

const result = syntheticResult({ talker: { seed: 1, repeats: 3, responses: 40 } });

describe("baselines of suites", () => {
  let folder: string;
  let store: BaselineStore;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "av-baselines-"));
    store = new BaselineStore(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("are kept by name in files that read well, and come back as they were", async () => {
    const file = store.save("main", result);
    assert.equal(file, join(folder, ".vscode", "agent-vitals", "baselines", "main.json"));
    const text = readFileSync(file, "utf8");
    assert.match(text, /^ {12}"duration": \[\[\d+,\d+\],/m);
    assert.equal(writeResult(parseResult(text, file)), text);
    const loaded = await store.load("main");
    assert.deepEqual(
      loaded.result.scenarios.talker?.repeats.map(({ histograms }) => histograms.duration),
      [...(result.scenarios.talker?.repeats.map(({ histograms }) => histograms.duration) ?? [])],
    );
    assert.deepEqual(store.names(), ["main"]);
    assert.equal((await store.load(file)).result.suite, "default");
    store.delete("main");
    assert.deepEqual(store.names(), []);
  });

  it("round to six digits, keep the order of names, and leave the comparison out", () => {
    const models = { b: { size: "1" }, a: { size: "2" } };
    const text = writeResult({ ...result, started: 1790000000.12345, environment: { ...result.environment, models } });
    assert.match(text, /"started": 1790000000.123,/);
    assert.ok(text.indexOf('"a": {') < text.indexOf('"b": {'));
    const comparison = { verdict: "same" } as never;
    const file = join(folder, "suites", "x.perf.json");
    assert.match(readFileSync(store.save("y", { ...result, file }), "utf8"), /"file": "suites\/x\.perf\.json"/);
    assert.doesNotMatch(readFileSync(store.save("x", { ...result, comparison }), "utf8"), /comparison/);
  });

  it("say what is wrong with a file, and what to do", () => {
    const changed = (change: object) => writeResult({ ...result, ...change });
    const wrong: [string, RegExp][] = [
      ["{", /x\.json is damaged or no JSON: .*suite run --save-baseline/],
      ["[]", /x\.json is no result of a suite/],
      ['{"version": 2}', /x\.json is from a newer Agent Vitals \(form 2; this one reads 1\): update it/],
      [
        writeResult(result).replace('"requests": 40', '"requests": "40"'),
        /damaged: scenarios\.talker\.repeats\.0\.requests must be number/,
      ],
      [changed({ started: 1e20 }), /damaged: started must be <= /],
      [changed({ file: 5 }), /damaged: file must be string/],
      [changed({ status: "done" }), /damaged: status must be equal to one of the allowed values/],
      [changed({ environment: { ...result.environment, git: 5 } }), /damaged: environment\.git must be object/],
      [changed({ machine: { ...result.machine, verdict: "calm" } }), /damaged: machine\.verdict must be/],
      [writeResult(result).replace('"machine": {', '"machin": {'), /x\.json is damaged: environment .*machine/],
    ];
    for (const [text, message] of wrong) assert.throws(() => parseResult(text, "x.json"), { message });
    assert.throws(() => readResult(join(folder, "none.json")), /none\.json can't be read: ENOENT/);
  });

  it("tell the names that there are, and refuse what is none", async () => {
    await assert.rejects(
      store.load("main"),
      /no baseline, file or commit "main": none is kept .* --save-baseline main/,
    );
    store.save("main", result);
    await assert.rejects(store.load("mian"), /did you mean main\?/);
    await assert.rejects(store.load("./x.json"), /There is no file .*x\.json/);
    for (const name of ["../main", "", ".hidden", "a/b", "a b", "x.json", "-"])
      if (name !== "-") assert.throws(() => store.save(name, result), /no name for a baseline/, name);
    assert.throws(
      () => store.save("x", { ...result, status: "partial", reason: "Ctrl+C" }),
      /partial result is no baseline: Ctrl\+C/,
    );
    assert.throws(() => store.save("x", { ...result, status: "invalid" }), /An invalid result is no baseline/);
    assert.throws(() => store.delete("none"), /no baseline "none"/);
  });

  it("list a damaged one beside the others", () => {
    store.save("good", result);
    writeFileSync(join(store.folder, "bad.json"), "{");
    const listed = store.list().map((one) => ("problem" in one ? `${one.name}: problem` : one.name));
    assert.deepEqual(listed, ["bad: problem", "good"]);
  });

  it("are kept by commit, and found by what git calls it", async function () {
    this.timeout(30_000);
    const git = (...args: string[]) =>
      execFileSync("git", ["-C", folder, "-c", "user.name=x", "-c", "user.email=x@example.com", ...args], {
        encoding: "utf8",
      }).trim();
    git("init", "-q", "-b", "main");
    writeFileSync(join(folder, "agent.mjs"), "1\n");
    git("add", ".");
    git("commit", "-qm", "one");
    const head = git("rev-parse", "HEAD");
    const clean = await readEnvironment({ folder, version: "0.1.0", models: {} });
    assert.deepEqual(clean.git, { commit: head, branch: "main", dirty: false });
    assert.ok(clean.machine.cores > 0 && clean.machine.memory > 0);
    store.save(COMMIT, { ...result, environment: clean });
    // The baseline itself is no change of the agent.
    assert.equal((await readGit(folder))?.dirty, false);
    const { name, result: kept } = await store.load("HEAD");
    assert.deepEqual([name, kept.environment.git?.commit], [`commit ${head.slice(0, 7)}`, head]);
    writeFileSync(join(folder, "agent.mjs"), "2\n");
    const dirty = await readEnvironment({ folder, version: "0.1.0", models: {} });
    assert.equal(dirty.git?.dirty, true);
    assert.throws(() => store.save(COMMIT, { ...result, environment: dirty }), /commit them, or save/);
    git("commit", "-qam", "two");
    await assert.rejects(store.load("main"), /No baseline is kept for commit [0-9a-f]{7} \(main\)/);
    assert.equal((await store.load("main~1")).name, name);
    await assert.rejects(store.load("--output=x"), /There is no baseline/);
  });

  it("have no commit outside of a repository", async () => {
    mkdirSync(join(folder, "plain"));
    assert.equal(await readGit(join(folder, "plain")), undefined);
    assert.throws(
      () => store.save(COMMIT, { ...result, environment: { ...result.environment, git: undefined as never } }),
      /Not in a git repository/,
    );
  });
});
