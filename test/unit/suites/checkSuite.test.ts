import assert from "node:assert/strict";
import { checkSuite } from "../../../src/suites/format/checkSuite.ts";
import { SuiteFolder, suiteForm } from "./folder.ts";

describe("a suite that is checked", () => {
  const check = (folder: SuiteFolder, name: string, content: string, text?: string) =>
    checkSuite(
      { file: folder.write(name, content), ...(text !== undefined && { text }) },
      { workspaceFolder: folder.path, env: {} },
    );
  const lines = ({ problems }: Awaited<ReturnType<typeof check>>, folder: SuiteFolder) =>
    problems.map(
      ({ line, column, message }) => `${line + 1}:${column + 1} ${message.replaceAll(`${folder.path}/`, "")}`,
    );
  const suite = (data: string, request = "{}") => `{ "version": 1, "name": "chat", "agent": "talking",
  "targets": { "server": { "kind": "http", "url": "http://127.0.0.1:1" } },
  "data": { "prompts": ${data} },
  "scenarios": {
    "one": { "target": "server", "data": "prompts", "request": ${request}, "load": { "kind": "users", "users": 2 },
      "objectives": ["p95 < 2s", { "objective": "errors < 1%" }], "warmUp": "2s", "duration": "8s" }
  },
  "objectives": ["rss growth < 1 MiB/min"], "repeats": 3, "pause": "1s"
}`;

  it("tells what it holds, and where that stands", async () => {
    using folder = new SuiteFolder();
    const outline = await check(folder, "chat.perf.json", suite('{ "rows": [{ "text": "a" }] }'));
    assert.deepEqual([outline.name, outline.repeats, outline.duration, outline.problems], ["chat", 3, 11, []]);
    const [one] = outline.scenarios;
    assert.deepEqual([one?.name, one?.place?.line, one?.place?.column], ["one", 4, 4]);
    const places = [...(one?.objectives ?? []), ...outline.objectives].map(({ objective, place }) => [
      objective,
      place?.line,
      place?.column,
    ]);
    assert.deepEqual(places, [
      ["p95 < 2s", 5, 21],
      ["errors < 1%", 5, 48],
      ["rss growth < 1 MiB/min", 7, 17],
    ]);
  });

  it("has its data read: a file that is missing, a bad line, a column that is not there", async () => {
    using folder = new SuiteFolder();
    const jsonl = suite('{ "jsonl": "prompts.jsonl" }', `{ "json": { "text": "\${row.txt}" } }`);
    const missing = await check(folder, "chat.perf.json", jsonl);
    assert.deepEqual(lines(missing, folder), ["3:35 data.prompts.jsonl: prompts.jsonl: there is no such file."]);
    folder.write("prompts.jsonl", '{"text":"a"}\n{"text":\n');
    const bad = await check(folder, "chat.perf.json", jsonl.replace("row.txt", "row.text"));
    assert.match(lines(bad, folder)[0] ?? "", /^3:35 data\.prompts\.jsonl: prompts\.jsonl:2: is no JSON/);
    folder.write("prompts.jsonl", '{"text":"a"}\n');
    const column = await check(folder, "chat.perf.json", jsonl);
    assert.deepEqual(lines(column, folder), [
      '3:35 data.prompts.jsonl: Row 1 of data "prompts" has no txt: did you mean text?',
    ]);
  });

  it("is told apart by what its schema tells, and read as it stands in an editor", async () => {
    using folder = new SuiteFolder();
    const saved = suite('{ "rows": [{ "text": "a" }] }');
    const typed = await check(folder, "chat.perf.json", saved, saved.replace('"duration"', '"durration"'));
    assert.deepEqual(
      typed.problems.map(({ bySchema, severity }) => [bySchema, severity]),
      [[true, "warning"]],
    );
    const wrong = await check(folder, "chat.perf.json", saved, saved.replace("p95 < 2s", "p95 < 2"));
    assert.deepEqual(
      wrong.problems.map(({ bySchema, severity }) => [bySchema, severity]),
      [[undefined, "error"]],
    );
    assert.equal(wrong.scenarios.length, 1, "what it holds is known all the same");
  });

  it("is refused where an objective can never be proven, and warns of one that wants an agent", async () => {
    using folder = new SuiteFolder();
    const judged = async (
      objective: string,
      { agent = "", load = { kind: "users", users: 1 }, whole = false } = {},
    ) => {
      const objectives = ["p95 < 2s", { objective }];
      const own = whole ? {} : { objectives };
      const more = { ...(whole && { objectives }), ...(agent && { agent }) };
      const form = suiteForm("http://127.0.0.1:1", { load, ...own }, more);
      const { problems } = await check(folder, "one.perf.json", JSON.stringify(form));
      return problems.map(({ severity, message }) => `${severity} ${message}`).join();
    };
    const sweep = { kind: "sweep", of: "users", from: 1, to: 4 } as never;
    for (const objective of [
      "p95 firstToken < 1ms",
      "p50 interToken < 1ms",
      "tokens > 1/s",
      "recovery < 1s",
      "best > 2",
    ])
      for (const whole of [false, true])
        assert.match(await judged(objective, { agent: "a", whole }), /^error (scenarios\.one\.)?objectives\[1\]: /);
    for (const objective of ["p95 stage:typo < 1ms", "rss growth < 1 MiB/min", "queue < 1", "voice success > 99%"]) {
      assert.match(await judged(objective), /^warning scenarios\.one\.objectives\[1\]: .*--agent/);
      assert.equal(await judged(objective, { agent: "a" }), "");
    }
    assert.equal(await judged("best > 2", { load: sweep }), "");
    assert.match(await judged("recovery < 1s", { load: sweep }), /only a load of the kind "stress" has it/);
  });

  it("may be code, whose scenarios have no place", async () => {
    using folder = new SuiteFolder();
    const code = (form: object) => `export default ${JSON.stringify(form)};`;
    const good = await check(
      folder,
      "good.perf.mjs",
      code(suiteForm("http://127.0.0.1:1", { objectives: ["p95 < 2s"] })),
    );
    assert.deepEqual(good.scenarios, [{ name: "one", objectives: [{ objective: "p95 < 2s" }] }]);
    const broken = await check(folder, "broken.perf.mjs", "export default {");
    assert.match(lines(broken, folder).join(), /^1:1 can't be run: /);
  });

  it("has no scenario of a name that JavaScript has for itself", async () => {
    using folder = new SuiteFolder();
    for (const name of ["__proto__", "constructor"]) {
      const outline = await check(
        folder,
        "odd.perf.json",
        suite('{ "rows": [{ "text": "a" }] }').replace('"one"', `"${name}"`),
      );
      assert.match(
        lines(outline, folder).join("\n"),
        /^5:\d+ scenarios\.\w+: is a name that JavaScript has for itself/,
      );
    }
  });
});
