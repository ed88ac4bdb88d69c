import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { CollectorConnection } from "../../../src/collector/client.ts";
import {
  ExportFile,
  GetHistory,
  ListRuns,
  ListSeries,
  QueryLatency,
  QuerySeries,
} from "../../../src/collector/protocol.ts";
import { until } from "../../support/until.ts";
import { agentThat, stateOf, Workplace } from "../support/workplace.ts";

const scripted = join(import.meta.dirname, "agents", "scripted.ts");

/** What the agent told, in seconds. */
type Told = Record<"talker" | "thinker", number[]>;

/** Nearest-rank percentile. */
const percentile = (sorted: readonly number[], q: number) => sorted[Math.ceil(q * sorted.length) - 1] ?? Number.NaN;

/** Exact to three significant digits. */
function alike(shown: number | undefined, told: number, what: string): void {
  assert.ok(shown !== undefined && Math.abs(shown - told) <= told * 0.001 + 2e-6, `${what}: ${shown}, told ${told}`);
}

describe("what is recorded of a scripted agent", function () {
  this.timeout(60_000);
  let place: Workplace;
  let window: CollectorConnection;
  let told: Told;
  let end: () => Promise<void>;
  const range = () => ({ from: Date.now() / 1000 - 600, to: Date.now() / 1000 + 60 });

  before(async () => {
    place = new Workplace();
    const log = { level: "info" as const, maxSize: 10 ** 7, maxFiles: 3 };
    window = await place.connect("1.0.0", { exports: { log } });
    const { eventSocket, token } = place.addresses;
    const child = spawn(process.execPath, [scripted], {
      env: { ...process.env, AGENT_VITALS_SOCKET: eventSocket, AGENT_VITALS_TOKEN: token },
      stdio: ["pipe", "pipe", "inherit"],
    });
    end = async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, "exit");
      child.stdin.end();
      await ended;
    };
    const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
    const milliseconds = JSON.parse(String(value)) as Told;
    told = {
      talker: milliseconds.talker.map((d) => d / 1000).sort((a, b) => a - b),
      thinker: milliseconds.thinker.map((d) => d / 1000).sort((a, b) => a - b),
    };
    await agentThat(window, "scripted", (a) => a.latency.reduce((sum, l) => sum + l.session.count, 0) === 430);
  });
  after(async () => {
    await end?.();
    await place.dispose();
  });

  it("comes out of the store as it was told", async () => {
    const all = await window.rpc.sendRequest(QueryLatency, { agent: "scripted", ...range(), points: 2 });
    for (const queryType of ["talker", "thinker"] as const) {
      const data = all.find((one) => one.queryType === queryType) ?? assert.fail(`no ${queryType}`);
      const sum = (column: number[]) => column.reduce((a, b) => a + b, 0);
      assert.equal(sum(data.count), told[queryType].length);
      assert.equal(sum(data.errors), queryType === "talker" ? 8 : 0);
      const at = data.count.indexOf(Math.max(...data.count));
      if (data.count[at] !== told[queryType].length) continue; // Two buckets: each has a part of them.
      alike(data.p50[at], percentile(told[queryType], 0.5), `${queryType} p50`);
      alike(data.p95[at], percentile(told[queryType], 0.95), `${queryType} p95`);
      alike(data.p99[at], percentile(told[queryType], 0.99), `${queryType} p99`);
      alike(data.max[at], told[queryType].at(-1) ?? 0, `${queryType} max`);
      alike(data.mean[at], sum(told[queryType]) / told[queryType].length, `${queryType} mean`);
    }
  });

  it("has the agent's own gauges and voice, and the figures of its process and of the machine", async () => {
    const own = await window.rpc.sendRequest(QuerySeries, { metric: "queue.length", ...range(), points: 10 });
    assert.deepEqual(
      own.map(({ series, unit, max }) => [series.agent, series.attributes, unit, max]),
      [["scripted", { queue: "jobs" }, "{item}", [17]]],
    );
    const voice = async (metric: string) => {
      const [data] = await window.rpc.sendRequest(QuerySeries, { metric, agent: "scripted", ...range(), points: 10 });
      return data?.mean.reduce((sum, mean, i) => sum + mean * (data.n[i] ?? 0), 0);
    };
    assert.deepEqual([await voice("agent_vitals.voice.success"), await voice("agent_vitals.voice.failure")], [38, 2]);
    const names = await until("process and machine were read", async () => {
      const known = new Set((await window.rpc.sendRequest(ListSeries, range())).map(({ series }) => series.metric));
      return known.has("process.cpu.utilization") && known.has("system.cpu.utilization") && known;
    });
    assert.ok(names.has("process.memory.usage") && names.has("system.memory.usage"));
    assert.ok(names.has("agent_vitals.self.memory"));
  });

  it("has its run, with everything that its charts show", async () => {
    const [run] = await window.rpc.sendRequest(ListRuns, { ...range(), agent: "scripted" });
    const state = (await stateOf(window)).agents.find(({ name }) => name === "scripted")?.runs[0];
    assert.deepEqual([run?.id, run?.pid, run?.number], [state?.id, state?.pid, 1]);
    const history = await window.rpc.sendRequest(GetHistory, {
      agent: "scripted",
      ...range(),
      points: 500,
      ...(run && { run: run.id }),
    });
    assert.ok(history.from >= (run?.start ?? 0));
    assert.deepEqual(history.latency.map(({ queryType }) => queryType).sort(), ["talker", "thinker"]);
    assert.ok(history.series.some(({ series }) => series.metric === "process.memory.usage"));
    assert.deepEqual(
      history.events.map(({ kind }) => kind),
      ["start"],
    );
    await assert.rejects(
      window.rpc.sendRequest(GetHistory, { agent: "scripted", ...range(), points: 500, run: "no-such" }),
      /no longer recorded/,
    );
  });

  it("stands in the performance log, line by line and summed up, as it was told", async () => {
    const file = join(place.addresses.stateFolder, "performance.jsonl");
    const lines = () =>
      readFileSync(file, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    const responses = await until("all responses are logged", () => {
      const logged = lines().filter(({ kind }) => kind === "response");
      return logged.length === 430 && logged;
    });
    const durations = responses
      .filter(({ queryType }) => queryType === "talker")
      .map(({ duration }) => duration as number)
      .sort((a, b) => a - b);
    for (const [i, duration] of durations.entries()) alike(duration, told.talker[i] ?? 0, `talker ${i}`);
    assert.equal(responses.filter(({ outcome }) => outcome === "error").length, 8);
    const run = lines().find(({ kind }) => kind === "run");
    assert.equal(run?.agent, "scripted");
  });

  it("is exported as it was told, and nothing else than figures and names", async () => {
    const file = join(place.root, "export.json");
    const { rows } = await window.rpc.sendRequest(ExportFile, { file, format: "json", ...range() });
    // Of 400 in one second 200 are kept one by one, failures and the slowest.
    assert.ok(rows > 200);
    const { responses, latency } = JSON.parse(readFileSync(file, "utf8"));
    const slowest = responses.filter((r: { queryType: string }) => r.queryType === "thinker");
    assert.deepEqual(
      slowest.map((r: { duration: number }) => r.duration.toFixed(4)).sort(),
      told.thinker.map((d) => d.toFixed(4)).sort(),
    );
    assert.ok(latency.length > 0);
    await assert.rejects(
      window.rpc.sendRequest(ExportFile, { file: join(place.root, "no", "such.json"), format: "json", ...range() }),
      /no\/such\.json/,
    );
    assert.deepEqual(
      readdirSync(place.root).filter((name) => name.startsWith("export")),
      ["export.json"],
    );
  });

  it("outlives the collector, with its run's number", async () => {
    process.kill(window.pid, "SIGTERM");
    await end();
    await until("the collector is gone", () => {
      try {
        process.kill(window.pid, 0);
        return false;
      } catch {
        return true;
      }
    });
    window = await place.connect();
    const all = await window.rpc.sendRequest(QueryLatency, { agent: "scripted", ...range(), points: 2 });
    const count = all.flatMap((one) => one.count).reduce((a, b) => a + b, 0);
    assert.equal(count, 430);
    const { eventSocket, token } = place.addresses;
    const child = spawn(process.execPath, [scripted], {
      env: { ...process.env, AGENT_VITALS_SOCKET: eventSocket, AGENT_VITALS_TOKEN: token },
      stdio: ["pipe", "ignore", "inherit"],
    });
    end = async () => {
      const ended = once(child, "exit");
      child.stdin.end();
      await ended;
    };
    const state = await agentThat(window, "scripted", (a) => a.runs.length > 0);
    assert.equal(state.runs[0]?.number, 2);
  });
});
