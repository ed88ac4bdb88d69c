import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import protobuf from "protobufjs";
import { uncompress } from "snappyjs";
import type { RecordedResponse } from "../../../src/model/series.ts";
import { RemoteSeries } from "../../../src/record/export/prometheus/remoteSeries.ts";
import { remoteWrite } from "../../../src/record/export/prometheus/remoteWrite.ts";
import { writeRequest } from "../../../src/record/export/prometheus/writeRequest.ts";
import { PromqlApi } from "../../../src/record/promql/api.ts";
import { type Engine, startEngine } from "../../support/engines.ts";
import { until } from "../../support/until.ts";

/** Of prometheus/prompb, for protobufjs's own reader. */
const WRITE_REQUEST = protobuf
  .parse(`
    syntax = "proto3";
    message WriteRequest { repeated TimeSeries timeseries = 1; }
    message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; }
    message Label { string name = 1; string value = 2; }
    message Sample { double value = 1; int64 timestamp = 2; }
  `)
  .root.lookupType("WriteRequest");

interface Decoded {
  labels: Record<string, string>;
  samples: [time: number, value: number][];
}

function decoded(body: Uint8Array): Decoded[] {
  const { timeseries } = WRITE_REQUEST.decode(uncompress(body)) as unknown as {
    timeseries: { labels: { name: string; value: string }[]; samples: { value: number; timestamp: unknown }[] }[];
  };
  return timeseries.map(({ labels, samples }) => {
    const names = labels.map(({ name }) => name);
    assert.deepEqual(names, names.toSorted(), "labels in order");
    return {
      labels: Object.fromEntries(labels.map(({ name, value }) => [name, value])),
      samples: samples.map(({ value, timestamp }) => [Number(timestamp) / 1000, value]),
    };
  });
}

const START = 1_795_000_020;
const common = { host: "desk", workspace: "/w" };
const memory = { metric: "process.memory.usage", agent: "helper" };
const run = { id: "r1", agent: "helper", number: 1, pid: 42, start: START };
const talker = (end: number, duration = 0.5): RecordedResponse => ({
  queryType: "talker",
  start: end - duration,
  duration,
  outcome: "ok",
});

describe("what remote write is told", () => {
  let clock: number;
  let series: RemoteSeries;
  const take = (all = false) => decoded(writeRequest(series.take(all)));
  const named = (all: Decoded[], name: string) => all.filter(({ labels }) => labels.__name__ === name);
  beforeEach(() => {
    clock = START;
    series = new RemoteSeries(common, () => clock);
  });

  it("is each reading at its time, with labels of machine, agent and run", () => {
    series.run(run);
    for (let i = 0; i < 3; i++) series.readings([{ series: memory, time: START + i + 0.25, value: i }]);
    const [told] = named(take(), "process_memory_usage_bytes");
    assert.deepEqual(told?.labels, { __name__: "process_memory_usage_bytes", ...common, agent: "helper", run: "r1" });
    assert.deepEqual(told?.samples, [
      [START + 0.25, 0],
      [START + 1.25, 1],
      [START + 2.25, 2],
    ]);
    assert.deepEqual(named(take(), "process_memory_usage_bytes"), []);
  });

  it("never goes back in time, which an engine would refuse", () => {
    for (const time of [2, 1, 2, 3]) series.readings([{ series: memory, time: START + time, value: time }]);
    assert.deepEqual(
      take()[0]?.samples.map(([time]) => time - START),
      [1, 2, 3],
    );
    for (const time of [2, 3, 4]) series.readings([{ series: memory, time: START + time, value: time }]);
    series.readings([{ series: memory, time: Number.NaN, value: 1 }]);
    series.readings([{ series: memory, time: START + 5, value: Number.POSITIVE_INFINITY }]);
    assert.deepEqual(
      take()[0]?.samples.map(([time]) => time - START),
      [4],
    );
  });

  it("ends a run's series, and begins those of the next", () => {
    series.run(run);
    series.readings([{ series: memory, time: START, value: 1 }]);
    series.run({ ...run, end: START + 1, exitCode: 3 });
    series.run({ ...run, id: "r2", number: 2, version: "1.1", start: START + 2 });
    series.readings([{ series: memory, time: START + 2, value: 2 }]);
    const all = take();
    const [first, second] = named(all, "process_memory_usage_bytes");
    assert.equal(first?.labels.run, "r1");
    assert.deepEqual(
      first?.samples.map(([, value]) => value),
      [1, Number.NaN],
    );
    assert.deepEqual([second?.labels.run, second?.labels.version], ["r2", "1.1"]);
    const [end] = named(all, "agent_vitals_run_end_time_seconds");
    assert.equal(end?.labels.exit_code, "3");
    assert.equal(end?.samples[0]?.[1], START + 1);
  });

  it("marks an end with the NaN that means just that", () => {
    const body = writeRequest([{ labels: new Uint8Array(), samples: [{ time: 1, value: undefined }] }]);
    const hex = Buffer.from(uncompress(body)).toString("hex");
    // Little-endian 0x7ff0000000000002: StaleNaN of Prometheus' model/value.
    assert.match(hex, /09020000000000f07f/);
  });

  it("counts responses from zero, so that the first is seen", () => {
    series.run(run);
    clock = START + 20;
    series.response("helper", talker(START + 19), 1);
    const [total] = named(take(), "agent_vitals_responses_total").filter(({ labels }) => labels.outcome === "ok");
    assert.deepEqual(total?.samples, [
      [START + 19, 0],
      [START + 20, 1],
    ]);
    const buckets = series.take();
    assert.deepEqual(buckets, []);
  });

  it("takes a response off again, also when it was told already", () => {
    const sum = (all: Decoded[], name: string) =>
      named(all, name)
        .flatMap(({ samples }) => samples)
        .reduce((total, [, value]) => total + value, 0);
    clock = START + 20;
    series.response("helper", talker(START + 19), 1);
    clock = START + 60;
    const first = take();
    assert.equal(sum(first, "agent_vitals_interval_responses"), 1);
    series.response("helper", talker(START + 19), -1);
    const second = take(true);
    assert.equal(sum(second, "agent_vitals_interval_responses"), -1);
    assert.equal(sum(second, "agent_vitals_interval_response_duration_seconds_bucket"), -1);
    assert.equal(sum(second, "agent_vitals_interval_response_duration_seconds_sum"), -0.5);
  });

  it("keeps to so many series, and counts the rest", () => {
    for (let i = 0; i < 6000; i++)
      series.readings([{ series: { metric: "own", attributes: { id: String(i) } }, time: START, value: 1 }]);
    assert.equal(take().length, 5000);
    assert.equal(series.lost, 1000);
  });
});

describe("an engine that is down for an hour", function () {
  this.timeout(120_000);
  let engine: Engine;
  let folder: string;
  before(async () => {
    engine = await startEngine("prometheus");
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "remote-write-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  after(() => engine.remove());

  it("has every reading of the hour afterwards", async () => {
    const HOUR = 3600;
    const begun = Math.floor(Date.now() / 1000) - HOUR;
    let clock = begun;
    const begin = () =>
      remoteWrite({
        endpoint: { url: engine.writeUrl, headers: {} },
        labels: common,
        queueFolder: folder,
        now: () => clock,
        log: () => {},
        firstWait: 0.1,
      });
    let write = begin();
    await engine.stop();
    const series = { metric: "system.memory.usage" };
    for (let second = 0; second < HOUR; second++) {
      clock = begun + second;
      write.readings([{ series, time: clock, value: second }]);
      if (second % 5 === 4) write.flush();
      // The collector is started again, too.
      if (second !== HOUR / 2) continue;
      await write.close();
      write = begin();
    }
    await until("it fails", () => write.state().state === "waiting");
    await engine.start();
    await until("all is sent", () => write.state().queued === 0, 60);
    await write.close();
    assert.equal(write.state().lost, undefined);
    const api = new PromqlApi({ url: engine.url, headers: {} });
    const count = await api.query("count_over_time(system_memory_usage_bytes[2h])", clock + 1);
    const sum = await api.query("sum_over_time(system_memory_usage_bytes[2h])", clock + 1);
    assert.deepEqual([count[0]?.values[0]?.[1], sum[0]?.values[0]?.[1]], [HOUR, (HOUR * (HOUR - 1)) / 2]);
  });
});
