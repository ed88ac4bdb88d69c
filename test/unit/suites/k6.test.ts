import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseResult } from "../../../src/suites/baselines/readResult.ts";
import { readSuite } from "../../../src/suites/format/readSuite.ts";
import { quantileOf } from "../../../src/suites/histograms.ts";
import { exportK6, type K6Export } from "../../../src/suites/k6/exportSuite.ts";
import { marks } from "../../../src/suites/k6/requests.ts";
import { compareResults } from "../../../src/suites/verdicts/compare.ts";

/** Options of k6's executors as its documentation has them, beside those of all. */
const common = ["executor", "startTime", "gracefulStop", "exec", "env", "tags"];
const documented: Record<string, string[]> = {
  "constant-vus": ["vus", "duration"],
  "ramping-vus": ["startVUs", "stages", "gracefulRampDown"],
  "shared-iterations": ["vus", "iterations", "maxDuration"],
  "constant-arrival-rate": ["duration", "rate", "timeUnit", "preAllocatedVUs", "maxVUs"],
  "ramping-arrival-rate": ["startRate", "stages", "timeUnit", "preAllocatedVUs", "maxVUs"],
};

const suite = {
  version: 1,
  targets: {
    agent: { kind: "http", url: "http://127.0.0.1:3210/v1", headers: { authorization: "Bearer hush" } },
    model: { kind: "ollama", url: "http://127.0.0.1:11434", model: "x" },
  },
  data: { prompts: { rows: [{ prompt: 'say "hi"' }, { prompt: "bye" }], order: "in turn" } },
  scenarios: {
    chat: {
      target: "agent",
      request: {
        path: `/chat?n=\${number}`,
        json: { prompt: `\${row.prompt}`, n: `\${number}`, id: `\${uuid}`, who: `u\${user}` },
      },
      data: "prompts",
      load: { kind: "users", users: 4, thinkTime: "1s" },
      warmUp: "5s",
      duration: "30s",
      objectives: [
        "p95 < 2s",
        "errors < 1%",
        { objective: "p99 < 4s", abortOnFail: true, delay: "10s" },
        "success >= 99%",
        "mean < 1s",
        "rate > 3/s",
        "rss growth < 1 MiB/min",
      ],
    },
    "new one": { target: "agent", request: { path: "/" }, load: { kind: "constant", rate: 2.5 } },
    independent: { target: "agent", request: { path: "/" }, load: { kind: "poisson", rate: 20 } },
    ramp: { target: "agent", request: { path: "/" }, load: { kind: "ramp", from: 0, to: 50 }, duration: "20s" },
    steps: { target: "agent", request: { path: "/" }, load: { kind: "steps", rates: [5, 10], each: "10s" } },
    few: { target: "agent", request: { path: "/" }, load: { kind: "users", users: 2 }, count: 100 },
    stress: { target: "agent", request: { path: "/" }, load: { kind: "stress", of: "users", base: 2, peak: 20 } },
    sweep: { target: "agent", request: { path: "/" }, load: { kind: "sweep", of: "rate", from: 10, to: 50 } },
    ask: { target: "model", request: { prompt: "hi" }, load: { kind: "users", users: 1 } },
  },
};

describe("k6", function () {
  this.timeout(60_000);
  let folder: string;
  let exported: K6Export;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "av-k6-"));
    exported = await exportTo(folder, suite);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function exportTo(folder: string, form: object, env: Record<string, string> = {}): Promise<K6Export> {
    const file = join(folder, "load.perf.json");
    writeFileSync(file, JSON.stringify(form));
    const surroundings = { workspaceFolder: folder, env, mark: marks.env };
    const { suite: read, problems, document } = await readSuite({ file }, surroundings);
    assert.ok(read, JSON.stringify(problems));
    const defaults = document.value(["defaults"]) as Record<string, string> | undefined;
    assert.equal(new Set(problems.map(({ message }) => message)).size, problems.length);
    const all = await exportK6(read, (name) => readFileSync(join(folder, name)), defaults);
    for (const [name, text] of Object.entries(all.files)) writeFileSync(join(folder, name), text);
    return all;
  }

  /** Exports a suite of its own. */
  async function alone(form: object, env?: Record<string, string>) {
    const own = mkdtempSync(join(folder, "own-"));
    const { files, notes } = await exportTo(own, { version: 1, ...form }, env);
    return {
      text: Object.values(files).join(),
      notes,
      evaluate: (expression: string, given: Record<string, string> = {}) => evaluate(expression, own, given),
    };
  }

  /** Evaluates the script where k6's modules are stood in for. */
  const evaluate = (expression: string, at = folder, given: Record<string, string> = {}): unknown => {
    copyFileSync(join(at, "script.js"), join(at, "script.mjs"));
    const hooks = pathToFileURL(join(import.meta.dirname, "../../fixtures/suites/k6/hooks.mjs")).href;
    const program = `const script = await import(${JSON.stringify(pathToFileURL(join(at, "script.mjs")).href)});
      console.log(JSON.stringify(${expression}));`;
    const env = { ...process.env, K6_FOLDER: at, HEADER_AUTHORIZATION: "Bearer given", ...given };
    const args = ["--import", hooks, "--input-type=module", "-e", program];
    return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", env, stdio: "pipe" }));
  };

  it("takes a script that is a module without mistakes, with options that it documents", () => {
    copyFileSync(join(folder, "script.js"), join(folder, "checked.mjs"));
    execFileSync(process.execPath, ["--check", join(folder, "checked.mjs")]);
    const { scenarios, thresholds } = evaluate("script.options") as {
      scenarios: Record<string, Record<string, unknown>>;
      thresholds: Record<string, unknown[]>;
    };
    const known = evaluate("Object.keys(script)") as string[];
    for (const [name, options] of Object.entries(scenarios)) {
      const allowed = documented[String(options.executor)];
      assert.ok(allowed, name);
      for (const option of Object.keys(options))
        assert.ok([...common, ...allowed].includes(option), `${name}: ${option}`);
      assert.match(name, /^[0-9A-Za-z_-]+$/);
      assert.ok(known.includes(String(options.exec)), String(options.exec));
      for (const number of ["rate", "vus", "startRate", "startVUs", "preAllocatedVUs", "maxVUs", "iterations"])
        if (number in options) assert.ok(Number.isInteger(options[number]), `${name}: ${number}`);
    }
    for (const name of Object.keys(thresholds)) assert.match(name, /^http_req(s|_duration|_failed)\{scenario:\w+\}$/);
  });

  it("has the same arrivals, one scenario after the other", () => {
    const { scenarios } = evaluate("script.options") as { scenarios: Record<string, object> };
    const of = (name: string) => scenarios[name] as Record<string, unknown>;
    assert.deepEqual(pick(of("chat_warmup"), "executor", "duration", "startTime"), ["constant-vus", "5s", "0s"]);
    assert.deepEqual(pick(of("chat"), "executor", "vus", "duration", "startTime"), ["constant-vus", 4, "30s", "5s"]);
    assert.deepEqual(pick(of("new_one"), "executor", "rate", "timeUnit", "startTime"), [
      "constant-arrival-rate",
      5,
      "2s",
      "35500ms",
    ]);
    assert.deepEqual(of("ramp").stages, [{ target: 50, duration: "20s" }]);
    assert.deepEqual(of("steps").stages, [
      { target: 5, duration: "0s" },
      { target: 5, duration: "10s" },
      { target: 10, duration: "0s" },
      { target: 10, duration: "10s" },
    ]);
    assert.deepEqual(pick(of("few"), "executor", "vus", "iterations"), ["shared-iterations", 2, 100]);
    const peak = (of("stress").stages as { target: number }[]).map(({ target }) => target);
    assert.deepEqual(peak, [2, 2, 20, 20, 2, 2]);
    assert.deepEqual(
      (of("sweep").stages as { target: number }[]).map(({ target }) => target),
      [10, 10, 20, 20, 40, 40, 50, 50],
    );
  });

  it("has the same thresholds, and says what it can't judge", () => {
    const { thresholds } = evaluate("script.options") as { thresholds: Record<string, unknown[]> };
    assert.deepEqual(thresholds["http_req_duration{scenario:chat}"], [
      "max>=0",
      "p(95)<2000",
      { threshold: "p(99)<4000", abortOnFail: true, delayAbortEval: "10s" },
      "avg<1000",
    ]);
    assert.deepEqual(thresholds["http_req_failed{scenario:chat}"], ["rate>=0", "rate<0.01", "rate<=0.01"]);
    assert.deepEqual(thresholds["http_reqs{scenario:chat}"], ["count>=0", "count>90"]);
    assert.deepEqual(exported.notes.slice(0, 2), [
      'Scenario chat: k6 can\'t judge "rss growth < 1 MiB/min".',
      "Give k6 the header authorization by -e HEADER_AUTHORIZATION=…",
    ]);
    assert.ok(
      exported.notes.some((note) => /^Scenario ask is left out: its target is no plain HTTP but ollama/.test(note)),
    );
  });

  it("sends what the suite sends, without secrets in its files", () => {
    const { sent, slept } = evaluate(
      "(script.run_chat(), script.run_chat(), script.run_independent(), { sent, slept })",
    ) as {
      sent: {
        method: string;
        url: string;
        body: string;
        params: { headers: Record<string, string>; timeout: string };
      }[];
      slept: number[];
    };
    const [first, second] = sent;
    assert.match(first?.url ?? "", /^http:\/\/127\.0\.0\.1:3210\/v1\/chat\?n=\d+$/);
    assert.deepEqual([first?.method, first?.params.timeout], ["POST", "60s"]);
    assert.equal(first?.params.headers.authorization, "Bearer given");
    const [one, two] = [JSON.parse(first?.body ?? ""), JSON.parse(second?.body ?? "")];
    assert.deepEqual([one.prompt, typeof one.n, one.who], ['say "hi"', "number", "u3"]);
    assert.match(one.id, /^[0-9a-f-]{36}$/);
    assert.notEqual(one.id, two.id);
    assert.equal(slept[0], 1);
    assert.ok((slept[2] ?? -1) >= 0 && (slept[2] ?? 9) < 1.5);
    assert.ok(Object.values(exported.files).every((text) => !text.includes("hush")));
  });

  const load = { kind: "users", users: 1 };
  interface Sent {
    url: string;
    body: string | null;
    params: { headers: Record<string, string>; redirects: number; responseCallback: unknown };
  }

  it("takes from the environment what the suite took from it, and keeps it and credentials out of its files", async () => {
    const env = { TOK: "hush", PASS: "hush", BASE: "http://hush.example/api/", QUERY: "hush" };
    const { text, notes, evaluate } = await alone(
      {
        defaults: { PORT: "3210" },
        setup: [{ run: ["true", `\${env:UNSET}`] }],
        targets: {
          here: {
            kind: "http",
            url: `http://me:\${env:PASS}@127.0.0.1:\${env:PORT}`,
            headers: { apikey: `\${env:TOK}` },
          },
          there: { kind: "http", url: `\${env:BASE}`, headers: { "x-api_key": "hush" } },
        },
        data: { rows: { rows: [{ said: `\${env:TOK}` }] } },
        scenarios: {
          one: {
            target: "here",
            data: "rows",
            request: { path: `/a?q=\${env:QUERY}`, json: { text: `\${row.said}`, n: `\${number}` } },
            load,
          },
          two: { target: "there", request: { path: "/b" }, load },
        },
      },
      env,
    );
    assert.doesNotMatch(text, /hush|me:/);
    assert.deepEqual(
      ["authorization", "x-api_key", "TOK", "QUERY", "BASE"].filter(
        (name) => !notes.join().includes(` ${name} by -e `),
      ),
      [],
    );
    const given = { TOK: 'a"b', QUERY: "x y", BASE: "http://other:1/api/", HEADER_X_API_KEY: "k" };
    const [one, two] = evaluate("(script.run_one(), script.run_two(), sent)", given) as Sent[];
    assert.equal(one?.url, "http://127.0.0.1:3210/a?q=x%20y");
    assert.deepEqual(JSON.parse(one.body ?? ""), { text: 'a"b', n: 1 });
    assert.deepEqual([one.params.headers.apikey, one.params.headers.authorization], ['a"b', "Bearer given"]);
    assert.deepEqual([two?.url, two?.params.headers["x-api_key"]], ["http://other:1/api/b", "k"]);
    assert.throws(() => evaluate("0"), /Give k6 \w+ by -e/);
  });

  it("expects the same statuses, follows as many redirects, and trusts the same certificates", async () => {
    const { notes, evaluate } = await alone({
      name: "two\u2028lines",
      targets: { it: { kind: "http", url: "https://127.0.0.1:1", redirects: 2, tls: { insecure: true } } },
      scenarios: {
        one: { target: "it", request: { expect: 404 }, load },
        two: { target: "it", request: { expect: [302] }, load },
        three: { target: "it", request: {}, load },
      },
    });
    const [one, two, three] = evaluate("(script.run_one(), script.run_two(), script.run_three(), sent)") as Sent[];
    assert.deepEqual([one?.params.responseCallback, one?.params.redirects], [404, 2]);
    assert.deepEqual([two?.params.responseCallback, two?.params.redirects], [302, 0]);
    assert.deepEqual([three?.params.responseCallback, three?.params.redirects], [{ min: 200, max: 299 }, 2]);
    assert.equal(evaluate("script.options.insecureSkipTLSVerify"), true);
    assert.match(notes.join(), /any certificate in all scenarios/);
  });

  it("has whole rates however low, and arrivals by chance within the load", async () => {
    const scenario = { target: "it", request: {}, load: { kind: "constant", rate: 0.0001 } };
    const { notes, evaluate } = await alone({
      targets: { it: { kind: "http", url: "http://127.0.0.1:1" } },
      scenarios: {
        slow: scenario,
        odd: { ...scenario, load: { kind: "constant", rate: 0.00037 } },
        chance: { ...scenario, load: { kind: "poisson", rate: 3 }, duration: "2s" },
      },
    });
    const { slow, odd, chance } = (evaluate("script.options") as { scenarios: Record<string, Record<string, unknown>> })
      .scenarios;
    for (const [one, rate] of [
      [slow, 0.0001],
      [odd, 0.00037],
    ] as const) {
      const real = Number(one?.rate) / Number.parseFloat(String(one?.timeUnit));
      assert.ok(Number(one?.rate) >= 1 && Math.abs(real / rate - 1) < 0.01, `${real}`);
    }
    const [scatter = 9] = evaluate("(Math.random = () => 1, script.run_chance(), slept)") as number[];
    assert.equal(chance?.duration, `${2000 - scatter * 1000}ms`);
    assert.match(notes.join(), /Scenario chance: its arrivals are more even than Poisson's/);
  });

  it("gives summaries that are results, of handleSummary and of --summary-export", () => {
    const trend = { min: 10, med: 100, avg: 120, max: 900, "p(90)": 200, "p(95)": 300, "p(99)": 600 };
    const nested = {
      metrics: {
        http_req_duration: { type: "trend", contains: "time", values: trend },
        "http_req_duration{scenario:chat}": { type: "trend", contains: "time", values: trend },
        "http_reqs{scenario:chat}": { type: "counter", values: { count: 2000, rate: 50 } },
        "http_req_failed{scenario:chat}": { type: "rate", values: { rate: 0.01, passes: 20, fails: 1980 } },
      },
      state: { testRunDurationMs: 40_000 },
    };
    const flat = {
      metrics: {
        http_req_duration: trend,
        http_reqs: { count: 2000, rate: 50 },
        http_req_failed: { value: 0.01, passes: 20, fails: 1980 },
      },
    };
    const results = [nested, flat].map((summary) => parseResult(JSON.stringify(summary), "summary.json"));
    for (const [i, name] of ["chat", "k6"].entries()) {
      const repeat = results[i]?.scenarios[name]?.repeats[0];
      assert.ok(repeat);
      assert.deepEqual([repeat.requests, repeat.rate, repeat.duration, repeat.errors], [2000, 50, 40, { failed: 20 }]);
      const at = (quantile: number) => quantileOf(repeat.histograms.duration ?? [], quantile);
      for (const [quantile, value] of [
        [0.5, 0.1],
        [0.95, 0.3],
        [0.99, 0.6],
      ] as const)
        assert.ok(Math.abs(at(quantile) - value) < 0.001, `${quantile}: ${at(quantile)}`);
    }
    const [a] = results;
    assert.ok(a);
    const comparison = compareResults(a, a, { name: "k6" });
    assert.deepEqual([comparison.verdict, comparison.differences], ["not enough data", []]);
    assert.throws(() => parseResult('{"metrics": {"iterations": {}}}', "summary.json"), /without HTTP requests/);
  });
});

function pick(from: Record<string, unknown> | undefined, ...names: string[]): unknown[] {
  return names.map((name) => from?.[name]);
}
