import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { metrics } from "../../../src/model/metrics.ts";
import { type QuerySource, type SeriesData, type SeriesQuery, seriesKey } from "../../../src/model/series.ts";
import { type RemoteWrite, remoteWrite } from "../../../src/record/export/prometheus/remoteWrite.ts";
import { readHistory } from "../../../src/record/history.ts";
import { promqlSource } from "../../../src/record/promql/promqlSource.ts";
import { Sinks } from "../../../src/record/sinks.ts";
import { openStore, type RecordStore } from "../../../src/record/store/store.ts";
import { type Engine, startEngine } from "../../support/engines.ts";
import { until } from "../../support/until.ts";
import { type Scripted, SECONDS, script } from "./scripted.ts";

const HOST = "desk";
const DAY = 86_400;
const ENGINES = ["prometheus", "victoria-metrics"] as const;

/** Within 1 %, and of whole numbers within nothing. */
function agree(ours: number[], theirs: number[], what: string, within = 0.01): void {
  assert.equal(theirs.length, ours.length, `${what}: so many`);
  for (const [i, one] of ours.entries()) {
    const other = theirs[i] ?? Number.NaN;
    const off = Math.abs(one - other) / Math.max(Math.abs(one), 1e-9);
    assert.ok(one === other || off <= within, `${what}[${i}]: ${one} in the store, ${other} in the engine`);
  }
}

const nameOf = ({ series }: Pick<SeriesData, "series">) => seriesKey(series).replaceAll("\u0000", " ");

function agreeSeries(ours: SeriesData[], theirs: SeriesData[]): number {
  const sorted = (all: SeriesData[]) => all.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
  assert.deepEqual(sorted(theirs).map(nameOf), sorted(ours).map(nameOf));
  for (const [i, one] of sorted(ours).entries()) {
    const other = sorted(theirs)[i] as SeriesData;
    const name = nameOf(one);
    assert.equal(other.unit, one.unit, name);
    assert.equal(other.step, one.step, name);
    assert.deepEqual(other.time, one.time, name);
    assert.deepEqual(other.n, one.n, name);
    for (const figure of ["min", "mean", "max"] as const) agree(one[figure], other[figure], `${name} ${figure}`);
  }
  return ours.reduce((sum, { time }) => sum + time.length, 0);
}

describe("history from an engine", () => {
  let folder: string;
  let scripted: Scripted;
  let store: RecordStore;
  const engines = new Map<string, { engine: Engine; source: QuerySource; write: RemoteWrite }>();

  before(async function () {
    this.timeout(300_000);
    folder = mkdtempSync(join(tmpdir(), "agreement-"));
    scripted = script(Math.floor(Date.now() / 60_000) * 60 - SECONDS - 300);
    const { now } = scripted;
    const log = () => {};
    const keep = { oneSecond: DAY, tenSeconds: 7 * DAY, minute: 30 * DAY, tenMinutes: 365 * DAY };
    store = openStore({ file: join(folder, "s.sqlite"), workspace: "/w", now, log, limits: { maxSize: 1e9, keep } });
    for (const name of ENGINES) {
      const engine = await startEngine(name);
      const endpoint = { url: engine.writeUrl, headers: {} };
      const options = { endpoint, labels: { host: HOST, workspace: "/w" }, queueFolder: join(folder, name), now, log };
      const source = promqlSource({ url: engine.url, headers: {}, now: () => now() + 60 });
      engines.set(name, { engine, source, write: remoteWrite({ ...options, firstWait: 0.1 }) });
    }
    const sinks = new Sinks();
    const writes = [...engines.values()].map(({ write }) => write);
    sinks.set([store, ...writes]);
    await scripted.tell(sinks, async (second) => {
      store.tick();
      if (second % 5 !== 4) return;
      for (const write of writes) write.flush();
      // So that each request is one of five seconds.
      if (second % 100 === 99)
        await until("all is sent", () => writes.every((write) => write.state().queued === 0), 60);
    });
    await Promise.all(writes.map((write) => write.close()));
    for (const { engine } of engines.values()) await engine.settle();
  });

  after(async function () {
    this.timeout(60_000);
    store.close();
    for (const { engine } of engines.values()) await engine.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const name of ENGINES) {
    describe(`that is ${name}`, function () {
      this.timeout(120_000);
      let source: QuerySource;
      let range: { from: number; to: number };
      before(() => {
        const found = engines.get(name);
        assert.ok(found);
        source = found.source;
        range = { from: scripted.start, to: scripted.start + SECONDS };
      });

      it("took all that was sent", () => {
        const { state, lost = 0, sent = 0 } = engines.get(name)?.write.state() ?? {};
        assert.equal(state, "ok");
        assert.equal(lost, 0);
        assert.ok(sent > SECONDS * 8);
      });

      for (const points of [16, 46, 91, 451, 901]) {
        it(`has every series of the store, at ${points} points`, async () => {
          let compared = 0;
          for (const metric of [...Object.keys(metrics), "cache.hit ratio"]) {
            const query = { metric, ...range, points };
            compared += agreeSeries(await store.series(query), await source.series(query));
          }
          assert.ok(compared > points * 5);
        });
      }

      it("picks series by agent, attribute and run", async () => {
        const all = { ...range, points: 46 };
        const queries: SeriesQuery[] = [
          { ...all, metric: "system.cpu.utilization", agent: null, attributes: { "cpu.logical_number": "" } },
          { ...all, metric: "system.cpu.utilization", attributes: { "cpu.logical_number": "1" } },
          { ...all, metric: "process.memory.usage", agent: "helper", run: "run-b" },
          { ...all, metric: "cache.hit ratio", agent: "helper", attributes: { "db.system": 'sql"ite\\' } },
          { ...all, metric: "process.memory.usage", agent: "nobody" },
        ];
        for (const query of queries) {
          agreeSeries(await store.series(query), await source.series(query));
        }
      });

      for (const points of [4, 16]) {
        it(`has latency and its percentiles, at ${points} points`, async () => {
          for (const filter of [{}, { agent: "helper" }, { queryType: "thinker" }, { agent: "helper", run: "run-b" }]) {
            const query = { ...range, ...filter, points };
            const [ours, theirs] = [await store.latency(query), await source.latency(query)];
            const key = (one: { agent: string; queryType: string }) => `${one.agent} ${one.queryType}`;
            const byKey = new Map(theirs.map((one) => [key(one), one]));
            assert.deepEqual([...byKey.keys()].sort(), ours.map(key).sort());
            for (const one of ours) {
              const other = byKey.get(key(one));
              assert.ok(other);
              // What was taken off after it was told is taken off where it was seen.
              if (one.agent === "other" && one.queryType === "talker") continue;
              for (const figure of ["time", "count", "errors", "cancelled"] as const)
                assert.deepEqual(other[figure], one[figure], `${key(one)} ${figure}`);
              for (const figure of ["mean", "p50", "p95", "p99", "max"] as const)
                agree(one[figure], other[figure], `${key(one)} ${figure}`);
            }
          }
        });
      }

      it("has one figure of the whole range", async () => {
        const [ours, theirs] = [
          await store.percentiles(range, [0.5, 0.9, 0.95, 0.99]),
          await source.percentiles(range, [0.5, 0.9, 0.95, 0.99]),
        ];
        assert.equal(theirs.length, 4);
        for (const one of ours) {
          const other = theirs.find(({ agent, queryType }) => agent === one.agent && queryType === one.queryType);
          assert.ok(other);
          const { count, errors, cancelled } = one;
          assert.deepEqual(
            { count, errors, cancelled },
            { count: other.count, errors: other.errors, cancelled: other.cancelled },
          );
          agree(one.percentiles, other.percentiles, `${one.agent} ${one.queryType} percentiles`);
          agree([one.mean], [other.mean], `${one.agent} ${one.queryType} mean`);
        }
      });

      it("has runs and what happened", async () => {
        const theirs = await source.runs(range);
        assert.deepEqual(theirs, await store.runs(range));
        assert.equal(theirs.length, 3);
        const early = { from: scripted.start + 10, to: scripted.start + 60 };
        assert.deepEqual(await source.runs(early), await store.runs(early));
        for (const filter of [{}, { agent: "helper" }, { agent: "other" }]) {
          const events = await source.events({ ...range, ...filter });
          const shown = events.map(({ detail, ...event }) => ({ ...event, ...(detail && { detail }) }));
          assert.deepEqual(shown, await store.events({ ...range, ...filter }));
        }
      });

      it("lists what there is", async () => {
        const [ours, theirs] = [await store.list(range), await source.list(range)];
        const named = (all: typeof ours) =>
          all.map(({ series, unit }) => `${series.metric} ${series.agent} ${unit}`).sort();
        assert.deepEqual(named(theirs), named(ours));
        assert.ok(theirs.every(({ host }) => host === HOST));
      });

      it("answers all that the dashboard asks", async () => {
        const query = { agent: "helper", ...range, points: 300 };
        const [ours, theirs] = [await readHistory(store, query), await readHistory(source, query)];
        agreeSeries(ours.series, theirs.series);
        assert.equal(theirs.latency.length, ours.latency.length);
        assert.deepEqual(theirs.runs, ours.runs);
        assert.equal(theirs.events.length, ours.events.length);
        assert.match(theirs.source, /^http:\/\/127\.0\.0\.1:\d+$/);
      });

      it("shows one machine of several at a time: this one, or which is asked for", async () => {
        const other = script(scripted.start);
        const endpoint = { url: engines.get(name)?.engine.writeUrl ?? "", headers: {} };
        const queueFolder = join(folder, `${name}-other`);
        const labels = { host: "lab", workspace: "/w" };
        const write = remoteWrite({ endpoint, labels, queueFolder, now: other.now, log: () => {}, firstWait: 0.1 });
        const series = { metric: "process.memory.usage", agent: "helper" };
        await other.tell(
          { ...write, readings: () => write.readings([{ series, time: other.now(), value: 5 }]) },
          () => {},
        );
        await write.close();
        await engines.get(name)?.engine.settle();
        const query = { agent: "helper", ...range, points: 46 };
        const memory = async (host?: string, here?: string) => {
          const history = await readHistory(source, { ...query, ...(host !== undefined && { host }) }, here);
          assert.deepEqual(history.hosts, [HOST, "lab"]);
          const shown = history.series.filter((one) => one.series.metric === series.metric);
          assert.deepEqual(
            shown.map((one) => one.host),
            [history.host],
          );
          return [history.host, shown[0]?.max[3], history.runs.length];
        };
        const [, ours] = await memory();
        assert.deepEqual(await memory("lab"), ["lab", 5, 2]);
        assert.deepEqual(await memory(undefined, "lab"), ["lab", 5, 2]);
        assert.deepEqual(await memory("unknown", "elsewhere"), [HOST, ours, 2]);
      });

      it("says what is wrong with a question, or with the address", async () => {
        await assert.rejects(source.series({ ...range, metric: "m", points: 20_000 }), /2 to 11000 points/);
        await assert.rejects(source.latency({ ...range, run: "nobody", points: 10 }), /no longer recorded/);
        const url = engines.get(name)?.engine.url;
        const lost = promqlSource({ url: `${url}/nowhere`, headers: {}, now: scripted.now });
        await assert.rejects(
          lost.list(range),
          /^Error: http:\/\/127\.0\.0\.1:\d+\/nowhere (does not speak|could not answer)/,
        );
        const nobody = promqlSource({ url: "http://127.0.0.1:9", headers: {}, now: scripted.now });
        await assert.rejects(nobody.list(range), /^Error: http:\/\/127\.0\.0\.1:9 can't be asked: /);
      });
    });
  }
});
