import assert from "node:assert/strict";
import { request } from "node:http";
import type { RecordedResponse } from "../../../src/model/series.ts";
import { labelText, prometheusName } from "../../../src/record/export/prometheus/names.ts";
import { type PrometheusEndpoint, prometheusEndpoint } from "../../../src/record/export/prometheus/textEndpoint.ts";
import { freePort } from "../../support/engines.ts";
import { until } from "../../support/until.ts";

const NOW = 1_795_000_000;
const labels = { host: "desk", workspace: "/w" };
const response = (more: Partial<RecordedResponse> = {}): RecordedResponse => ({
  queryType: "talker",
  start: NOW - 1,
  duration: 0.5,
  outcome: "ok",
  ...more,
});

describe("what Prometheus scrapes", () => {
  let endpoint: PrometheusEndpoint;
  let port: number;
  let time: number;
  const begin = async (token?: string) => {
    port = await freePort();
    time = NOW;
    endpoint = prometheusEndpoint({ port, labels, now: () => time, log: () => {}, ...(token && { token }) });
    await until("it listens", () => endpoint.state().state === "ok");
  };
  afterEach(() => endpoint.close());

  const ask = (options: { method?: string; path?: string; headers?: Record<string, string> } = {}) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const { method = "GET", path = "/metrics", headers = {} } = options;
      const asked = request({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
      });
      asked.on("error", reject).end();
    });

  it("are the last values, as long as they are fresh", async () => {
    await begin();
    const series = { metric: "process.memory.usage", agent: 'a"b' };
    endpoint.readings([{ series, time: NOW, value: 1 }]);
    endpoint.readings([{ series, time: NOW + 1, value: 2 }]);
    const { text } = await ask();
    assert.match(text, /^# TYPE process_memory_usage_bytes gauge$/m);
    assert.match(text, /^process_memory_usage_bytes\{host="desk",workspace="\/w",agent="a\\"b"\} 2$/m);
    endpoint.readings([{ series: { metric: "process.memory.usage", agent: "other" }, time: NOW + 1, value: 3 }]);
    endpoint.run({ id: "r", agent: 'a"b', number: 1, pid: 1, start: NOW - 9, end: NOW + 1 });
    const ended = (await ask()).text;
    assert.match(ended, /^process_memory_usage_bytes\{.*agent="other"\} 3$/m);
    assert.doesNotMatch(ended, /^process_memory_usage_bytes\{.*agent="a/m, "what has ended has no memory");
    time = NOW + 600;
    assert.ok(!(await ask()).text.includes("process_memory_usage_bytes"));
  });

  it("are counters and histograms of responses, from which what was retracted is taken off", async () => {
    await begin();
    for (const duration of [0.005, 0.5, 0.5, 200])
      endpoint.response("a", response({ duration, timeToFirstToken: 0.07 }));
    endpoint.response("a", response({ outcome: "error" }));
    endpoint.response("a", response({ outcome: "cancelled", duration: 9 }));
    endpoint.retract("a", response({ duration: 0.5, timeToFirstToken: 0.07 }));
    const { text } = await ask();
    const value = (line: RegExp) => Number(line.exec(text)?.[1]);
    assert.equal(value(/responses_total\{.*outcome="ok"\} (\d+)/), 3);
    assert.equal(value(/responses_total\{.*outcome="cancelled"\} (\d+)/), 1);
    assert.equal(value(/response_duration_seconds_bucket\{.*le="0.01"\} (\d+)/), 1);
    assert.equal(value(/response_duration_seconds_bucket\{.*le="0.64"\} (\d+)/), 3);
    assert.equal(value(/response_duration_seconds_bucket\{.*le="\+Inf"\} (\d+)/), 4);
    assert.equal(value(/response_duration_seconds_count\{.*\} (\d+)/), 4);
    assert.equal(value(/time_to_first_token_seconds_bucket\{.*le="0.08"\} (\d+)/), 3);
  });

  it("count folded responses, and tell the run while it lives", async () => {
    await begin();
    const durations = {
      sum: 3,
      max: 2,
      buckets: [
        [1_000_000, 1],
        [2_000_000, 1],
      ] as [number, number][],
    };
    endpoint.summary("a", { queryType: "talker", end: NOW, count: 2, errors: 1, cancelled: 0, durations });
    const run = { id: "r1", agent: "a", number: 4, pid: 9, start: NOW - 5 };
    endpoint.run(run);
    const { text } = await ask();
    assert.match(text, /run_start_time_seconds\{.*run="r1",number="4",pid="9"\} 1794999995/);
    assert.match(text, /responses_total\{.*outcome="error"\} 1/);
    endpoint.run({ ...run, end: NOW });
    assert.ok(!(await ask()).text.includes("run_start_time"));
  });

  it("are for this machine, for who knows the token, and nothing else is there", async () => {
    await begin("s3cret");
    const bearer = { authorization: "Bearer s3cret" };
    assert.equal((await ask({ headers: bearer })).status, 200);
    assert.equal((await ask()).status, 401);
    assert.equal((await ask({ headers: { authorization: "Bearer s3creT" } })).status, 401);
    assert.equal((await ask({ headers: { ...bearer, host: "evil.example" } })).status, 403);
    assert.equal((await ask({ path: "/", headers: bearer })).status, 404);
    assert.equal((await ask({ method: "POST", headers: bearer })).status, 405);
    const head = await ask({ method: "HEAD", headers: bearer });
    assert.deepEqual([head.status, head.text], [200, ""]);
  });

  it("say so when another program holds the port", async () => {
    await begin();
    const said: string[] = [];
    const second = prometheusEndpoint({ port, labels, now: () => NOW, log: (_, message) => said.push(message) });
    const { message } = await until("it is told", () => second.state().state === "failed" && second.state());
    assert.match(message ?? "", /is held by another program/);
    assert.equal(said.length, 1);
    await second.close();
  });
});

describe("a name in Prometheus", () => {
  it("has letters, digits, underscores, and its unit behind", () => {
    const all = [
      ["process.memory.usage", "By", "process_memory_usage_bytes"],
      ["process.cpu.utilization", "1", "process_cpu_utilization_ratio"],
      ["system.disk.io", "By/s", "system_disk_io_bytes_per_second"],
      ["process.context_switches", "{context_switch}/s", "process_context_switches_per_second"],
      ["nodejs.eventloop.delay.p99", "s", "nodejs_eventloop_delay_p99_seconds"],
      ["hw.temperature", "Cel", "hw_temperature_celsius"],
      ["queue.length", "{item}", "queue_length"],
      ["9 lives", "1", "_9_lives_ratio"],
    ];
    for (const [metric = "", unit = "", name] of all) assert.equal(prometheusName(metric, unit), name);
    assert.equal(labelText({ a: 'b\\"\n' }), '{a="b\\\\\\"\\n"}');
  });
});
