import assert from "node:assert/strict";
import { SuiteFolder, suiteForm } from "./folder.ts";

const context = { row: {}, number: 3, user: 1 };

describe("a suite's file", () => {
  it("is read with comments, defaults filled in, durations in seconds, variables replaced", async () => {
    using folder = new SuiteFolder();
    const { suite, problems } = await folder.read(
      "chat.perf.json",
      `{
        "version": 1,
        // Where it runs.
        "targets": { "server": { "kind": "http", "url": "http://127.0.0.1:1", "headers": { "authorization": "\${env:TOKEN}" } } },
        "setup": [{ "start": "agent" }],
        "scenarios": {
          "chat": {
            "target": "server",
            "request": { "path": "/chat", "json": { "number": "\${number}", "text": "turn \${number} of \${user}" } },
            "load": { "kind": "users", "users": 4, "thinkTime": "1.5s" },
            "warmUp": "500ms",
            "objectives": ["p95 < 2s", { "objective": "errors < 1%", "abortOnFail": true, "delay": "5s" }],
          },
        },
      }`,
    );
    assert.deepEqual(problems, []);
    assert.ok(suite);
    const [chat] = suite.scenarios;
    assert.equal(suite.name, "chat");
    assert.equal(suite.agent, "agent");
    assert.deepEqual(suite.targets.server?.settings, {
      kind: "http",
      url: "http://127.0.0.1:1",
      headers: { authorization: "secret" },
    });
    assert.deepEqual(chat?.load, { kind: "users", users: 4, thinkTime: 1.5 });
    assert.deepEqual([chat?.warmUp, chat?.duration, chat?.timeout, chat?.queryType], [0.5, 10, 60, "chat"]);
    assert.deepEqual(
      chat?.objectives.map(({ abortOnFail, delay }) => [abortOnFail, delay]),
      [
        [false, 0],
        [true, 5],
      ],
    );
    assert.deepEqual(chat?.request.make(context), { path: "/chat", json: { number: 3, text: "turn 3 of 1" } });
  });

  it("has defaults of variables that the environment lacks, in whatever names agents and addresses", async () => {
    using folder = new SuiteFolder();
    const { suite, problems } = await folder.read(
      "sides.perf.json",
      JSON.stringify({
        version: 1,
        defaults: { PORT: "3210", TOKEN: "none", AGENT: "mine" },
        setup: [{ start: `\${env:AGENT}` }],
        targets: { server: { kind: "http", url: `http://127.0.0.1:\${env:PORT}/\${env:TOKEN}` } },
        scenarios: { chat: { target: "server", request: {}, load: { kind: "users", users: 1 } } },
      }),
    );
    assert.deepEqual(problems, []);
    assert.equal(suite?.agent, "mine");
    assert.deepEqual(suite?.targets.server?.settings, { kind: "http", url: "http://127.0.0.1:3210/secret" });
  });

  it("has variables in its settings filled in: what they hold is checked as if it were written there", async () => {
    using folder = new SuiteFolder();
    const text = `{ "version": 1,
  "defaults": { "D": "\${env:BASE}s", "U": "2" },
  "targets": { "server": { "kind": "http", "url": "http://127.0.0.1:1", "redirects": "\${env:U}" } },
  "scenarios": {
    "one": { "target": "\${env:TARGET}", "request": { "expect": "\${env:STATUS}" },
      "load": { "kind": "users", "users": "\${env:U}", "thinkTime": "\${env:D}" },
      "duration": "\${env:D}", "timeout": "\${env:D}", "workers": "\${env:U}", "objectives": ["p95 < \${env:D}"] }
  },
  "repeats": "\${env:REP}"
}`;
    const env = { BASE: "3", REP: "4", STATUS: "404", TARGET: "server" };
    const { suite, problems } = await folder.read("filled.perf.json", text, env);
    assert.deepEqual(problems, []);
    const [one] = suite?.scenarios ?? [];
    assert.deepEqual([one?.load, one?.duration, one?.timeout], [{ kind: "users", users: 2, thinkTime: 3 }, 3, 3]);
    assert.deepEqual([one?.workers, suite?.repeats, one?.objectives[0]?.objective.limit], [2, 4, 3]);
    assert.deepEqual(one?.request.make(context), { expect: 404 });
    assert.deepEqual(suite?.targets.server?.settings, { kind: "http", url: "http://127.0.0.1:1", redirects: 2 });

    const hush = { ...env, BASE: "hush", REP: "0", U: "hush" };
    const wrong = await folder.read("wrong.perf.json", text, hush);
    assert.equal(wrong.suite, undefined);
    assert.deepEqual(wrong.problems, [
      `error 3:86 targets.server.redirects: must be a whole number, and "\${env:U}" holds a text.`,
      `error 6:43 scenarios.one.load.users: must be a whole number, and "\${env:U}" holds a text.`,
      `error 6:68 scenarios.one.load.thinkTime: "\${env:D}" is no duration: write a number and its unit, e.g. "2s" (ms, s, m, h).`,
      `error 7:19 scenarios.one.duration: "\${env:D}" is no duration: write a number and its unit, e.g. "2s" (ms, s, m, h).`,
      `error 7:42 scenarios.one.timeout: "\${env:D}" is no duration: write a number and its unit, e.g. "2s" (ms, s, m, h).`,
      `error 7:65 scenarios.one.workers: must be a whole number, and "\${env:U}" holds a text.`,
      `error 9:14 repeats: is "\${env:REP}"; must be at least 1.`,
    ]);
    const apart = await folder.read("apart.perf.json", text, { ...env, STATUS: "hush", TARGET: "hush", BASE: "1.5.2" });
    assert.ok(apart.problems.length > 0 && apart.problems.every((problem) => !/hush|1\.5\.2/.test(problem)));
  });

  it("has rows in requests alone", async () => {
    using folder = new SuiteFolder();
    const form = suiteForm("http://127.0.0.1:1", { duration: `\${row.d}` });
    const headers = { "x-row": `\${row.d}`, "x-id": `\${uuid}` };
    const target = { server: { ...form.targets.server, headers } };
    const setup = [{ run: ["sh", "-c", `echo \${user}`] }];
    const { problems } = await folder.read("rows.perf.json", JSON.stringify({ ...form, targets: target, setup }));
    assert.deepEqual(
      problems.map((problem) => problem.replace(/ \d+:\d+/, "")),
      [
        `error targets.server.headers.x-row: \${row.d} is filled in in requests alone.`,
        `warning targets.server.headers.x-id: \${uuid} is filled in in requests alone.`,
        `error scenarios.one.duration: \${row.d} is filled in in requests alone.`,
      ],
    );
    const bare = suiteForm("http://127.0.0.1:1", { request: { path: `/\${row.a}` } });
    const { problems: ofNone } = await folder.read("none.perf.json", JSON.stringify(bare));
    assert.match(ofNone.join(), /^error \S+ scenarios\.one\.request: has \$\{row\.a\} where no row is: name/);
  });

  it("takes a status, or several, of a good answer", async () => {
    using folder = new SuiteFolder();
    const read = async (expect: unknown) =>
      (await folder.read("status.perf.json", JSON.stringify(suiteForm("http://127.0.0.1:1", { request: { expect } }))))
        .problems;
    assert.deepEqual([await read(404), await read([200, 404])], [[], []]);
    assert.match((await read(404.5)).join(), /expect: must be a whole number, and is a number/);
    assert.match((await read(true)).join(), /expect: must be a whole number or a list/);
  });

  it("says what is wrong where it stands, and what was probably meant", async () => {
    using folder = new SuiteFolder();
    const { suite, problems } = await folder.read(
      "bad.perf.json",
      `{ "version": 1,
  "targets": { "server": { "kind": "http", "url": 127 } },
  "scenarios": {
    "one": { "target": "server", "request": {}, "load": { "kind": "constant", "rate": 10000000 }, "durration": "3s" },
    "two": { "target": "server", "request": {}, "load": { "kind": "user", "users": 2 }, "timeout": "soon" }
  },
  "setup": [{ "strat": "agent" }]
}`,
    );
    assert.equal(suite, undefined);
    assert.deepEqual(problems, [
      "error 2:51 targets.server.url: must be a text, and is a number.",
      "error 4:87 scenarios.one.load.rate: is 10000000; must be at most 1000000. No one machine asks for more in a second: share the load among machines (suite export --k6).",
      'warning 4:99 scenarios.one.durration is unknown and does nothing. Did you mean "duration"?',
      'error 5:67 scenarios.two.load.kind: is "user"; did you mean "users"?',
      'error 5:100 scenarios.two.timeout: "soon" is no duration: write a number and its unit, e.g. "2s" (ms, s, m, h).',
      'error 7:13 setup[0]: must be a step: { "start": AGENT }, { "run": [PROGRAM, …] } or { "request": { "url": … } }.',
    ]);
  });

  it("says what does not go together", async () => {
    using folder = new SuiteFolder();
    const { problems } = await folder.read(
      "apart.perf.json",
      `{ "version": 1,
  "targets": { "server": { "kind": "http", "url": "http://127.0.0.1:1" } },
  "data": { "prompts": { "rows": [{ "prompt": "a" }] } },
  "scenarios": {
    "one": { "target": "sever", "data": "promts", "request": {}, "load": { "kind": "users", "users": 2 } },
    "two": { "target": "server", "request": { "path": "/\${roww.x}", "pth": 1 }, "load": { "kind": "users", "users": 2 },
      "duration": "1s", "count": 5, "objectives": ["p95 < 2"] }
  }
}`,
    );
    assert.deepEqual(
      problems.map((problem) => problem.replace(/needs a figure.*/, "…")),
      [
        'error 5:24 scenarios.one.target: there is no target "sever": did you mean "server"?',
        'error 5:41 scenarios.one.data: there is no data "promts": did you mean "prompts"?',
        `error 6:45 scenarios.two.request: \${roww.x} is unknown: did you mean \${row.COLUMN}?`,
        'warning 6:69 scenarios.two.request.pth is unknown and does nothing. Did you mean "path"?',
        "error 7:34 scenarios.two.count: stands beside duration: a scenario ends by one of them.",
        "error 7:52 scenarios.two.objectives[0]: p95 …",
      ],
    );
  });

  it("may be code, with functions where JSON has templates, and needs no installed package", async () => {
    using folder = new SuiteFolder();
    const { suite, problems } = await folder.read(
      "coded.perf.ts",
      `import { defineSuite } from "agent-vitals/suite";
       const users: number = 2;
       export default defineSuite({
         targets: { server: { kind: "http", url: "http://127.0.0.1:1" } },
         scenarios: {
           one: {
             target: "server",
             request: ({ number }) => ({ path: "/" + number }),
             load: { kind: "users", users },
           },
         },
       });`,
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(suite?.scenarios[0]?.request.make(context), { path: "/3" });
  });

  it("in code is checked as any other", async () => {
    using folder = new SuiteFolder();
    const form = suiteForm("http://127.0.0.1:1", { load: { kind: "constant" } });
    const { problems } = await folder.read("wrong.perf.mjs", `export default ${JSON.stringify(form)};`);
    assert.deepEqual(
      problems.map((problem) => problem.replace(/\d+:\d+/, "")),
      ['error  scenarios.one.load lacks "rate".'],
    );
    await assert.rejects(
      folder.read("none.perf.mjs", "export const suite = {};"),
      /has no suite: write export default/,
    );
    await assert.rejects(folder.read("broken.perf.mjs", "export default {"), /broken\.perf\.mjs: can't be run: /);
  });

  it("that is empty, missing or of another name says so", async () => {
    using folder = new SuiteFolder();
    assert.match((await folder.read("empty.perf.json", "")).problems[0] ?? "", /The file is empty\. Begin with/);
    await assert.rejects(folder.read("suite.json", "{}"), /is no suite: their names end in \.perf\.json/);
  });
});
