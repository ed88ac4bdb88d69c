import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { random as generator } from "../../../src/model/random.ts";
import type { RecordedResponse } from "../../../src/model/series.ts";
import { openStore, type RecordStore, type StoreLimits } from "../../../src/record/store/store.ts";
import { until } from "../../support/until.ts";

const START = 1_795_000_200;
const DAY = 86_400;
const limits: StoreLimits = {
  maxSize: 512 * 2 ** 20,
  keep: { oneSecond: DAY, tenSeconds: 7 * DAY, minute: 30 * DAY, tenMinutes: 365 * DAY },
};
const ok = (more: Partial<RecordedResponse> = {}): RecordedResponse => ({
  queryType: "talker",
  start: START,
  duration: 0.5,
  outcome: "ok",
  ...more,
});
const memory = { metric: "process.memory.usage", agent: "voice" };

describe("the store", () => {
  let folder: string;
  let file: string;
  let time: number;
  let steady: number;
  let said: string[];
  let open: RecordStore[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "av-store-"));
    file = join(folder, "record.sqlite");
    time = START;
    steady = 0;
    said = [];
    open = [];
  });
  afterEach(() => {
    for (const store of open) store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function begin(more: { workspace?: string; limits?: StoreLimits; sqlite?: undefined } = {}): RecordStore {
    const log = (_: string, message: string) => said.push(message);
    const store = openStore({ file, workspace: "/w", now: () => time, steady: () => steady, limits, log, ...more });
    open.push(store);
    return store;
  }
  function close(store: RecordStore): void {
    store.close();
    open = open.filter((one) => one !== store);
  }
  /** One value a second, with the seconds that are left out. */
  function fill(store: RecordStore, seconds: number, value: (i: number) => number | undefined): void {
    for (let i = 0; i < seconds; i++) {
      time++;
      steady++;
      const one = value(i);
      if (one !== undefined) store.readings([{ series: memory, time, value: one }]);
      store.tick();
    }
  }

  it("gives back what was told, over any range, and loses no spike", async () => {
    const random = generator(3);
    const told: { time: number; value: number }[] = [];
    let store = begin();
    fill(store, 4000, (i) => {
      if (i > 500 && i < 640) return undefined;
      const value = i === 2222 ? 1e9 : random() * 1000;
      told.push({ time, value });
      return value;
    });
    for (const restarted of [false, true]) {
      if (restarted) {
        close(store);
        store = begin();
      }
      for (const [from, to, points] of [
        [START, time + 1, 11_000],
        [START + 100, START + 3000, 200],
        [START, time + 1, 30],
        [START + 2200, START + 2300, 20],
        [START + 480, START + 700, 12],
      ] as const) {
        const [data] = await store.series({ metric: memory.metric, from, to, points });
        assert.ok(data && data.time.length <= points, `${data?.time.length} points of ${points}`);
        for (const [i, t] of data.time.entries()) {
          const inside: typeof told = told.filter((one) => one.time >= t && one.time < t + data.step && one.time < to);
          const values: number[] = inside.map((one) => one.value);
          const mean = values.reduce((a, b) => a + b, 0) / values.length;
          const near = (a: number | undefined, b: number) => Math.abs((a ?? Number.NaN) - b) <= Math.abs(b) * 1e-5;
          assert.equal(data.n[i], values.length, `n at ${t} of step ${data.step}`);
          assert.ok(near(data.min[i], Math.min(...values)) && near(data.max[i], Math.max(...values)));
          assert.ok(near(data.mean[i], mean), `mean at ${t}: ${data.mean[i]}, ${mean}`);
        }
        const first = Math.floor(from / data.step) * data.step;
        const all = told.filter((one) => one.time >= first && one.time < to).length;
        assert.equal(
          data.n.reduce((a, b) => a + b, 0),
          all,
        );
      }
    }
  }).timeout(20_000);

  it("puts late readings in their place, and drops what is no number or from the future", async () => {
    const store = begin();
    fill(store, 300, () => 10);
    const late = START + 100;
    store.readings([
      { series: memory, time: late + 0.5, value: 99 },
      { series: memory, time: time + 1e6, value: 1 },
      { series: memory, time, value: Number.NaN },
      { series: memory, time, value: Number.POSITIVE_INFINITY },
    ]);
    time += 10;
    store.tick();
    const [fine] = await store.series({ metric: memory.metric, from: late, to: late + 1, points: 2 });
    assert.deepEqual(fine?.max, [99]);
    const [coarse] = await store.series({ metric: memory.metric, from: START, to: time, points: 20 });
    assert.equal(Math.max(...(coarse?.max ?? [])), 99);
  });

  it("has percentiles exact to three digits over any range, whatever was retracted or summed up", async () => {
    const random = generator(5);
    const store = begin();
    const durations: { end: number; duration: number }[] = [];
    for (let i = 0; i < 3000; i++) {
      time += 4;
      const duration = 0.01 + random() ** 3 * 9;
      const one = ok({ start: time - duration, duration });
      store.response("voice", one);
      if (i % 10 === 0) {
        if (i % 20 === 0) {
          time += 6;
          store.tick();
        }
        store.retract("voice", one);
      } else durations.push({ end: time, duration });
      if (i % 100 === 0) store.response("voice", ok({ start: time - 1, duration: 1, outcome: "cancelled" }));
      store.tick();
    }
    for (const [from, to] of [
      [START, time + 1],
      [START + 4000, START + 9000],
      [START + 60, START + 120],
    ] as const) {
      const minutes = { from: Math.floor(from / 60) * 60, to: Math.ceil(to / 60) * 60 };
      const inside = durations.filter(({ end }) => end >= minutes.from && end < minutes.to);
      const sorted = inside.map(({ duration }) => duration).sort((a, b) => a - b);
      const [figures] = await store.percentiles({ from, to, agent: "voice" }, [0.99, 0.5]);
      assert.equal((figures?.count ?? 0) - (figures?.cancelled ?? 0), sorted.length);
      for (const [i, q] of [0.99, 0.5].entries()) {
        const exact = sorted[Math.ceil(q * sorted.length) - 1] ?? Number.NaN;
        const shown = figures?.percentiles[i] ?? Number.NaN;
        assert.ok(Math.abs(shown - exact) <= exact * 0.001 + 1e-6, `p${q}: ${shown}, exactly ${exact}`);
      }
    }
    const [chart] = await store.latency({ from: START, to: time + 1, points: 20 });
    const cancelled = chart?.cancelled.reduce((a, b) => a + b, 0);
    assert.deepEqual([chart?.count.reduce((a, b) => a + b, 0), cancelled], [durations.length + 30, 30]);
  }).timeout(20_000);

  it("counts folded responses", async () => {
    const store = begin();
    const durations = {
      sum: 3,
      max: 2,
      buckets: [
        [1_000_448, 1],
        [1_999_872, 1],
      ] as [number, number][],
    };
    store.summary("voice", { queryType: "talker", end: START, count: 3, errors: 1, cancelled: 1, durations });
    const [figures] = await store.percentiles({ from: START - 60, to: START + 60 }, [1]);
    assert.deepEqual([figures?.count, figures?.errors, figures?.cancelled, figures?.max], [3, 1, 1, 2]);
  });

  it("keeps failures, the slowest, and a bounded number of the others one by one, without what it was not told to keep", () => {
    const store = begin();
    for (let i = 0; i < 1000; i++) {
      const slow = i >= 990;
      const more = { content: "a prompt", outputTokens: i } as object;
      const duration = slow ? 5 + i / 1000 : 0.001;
      store.response("voice", ok({ ...more, start: START - duration, duration }));
    }
    store.response("voice", ok({ start: START, duration: 0.001, outcome: "error", errorType: "TimeoutError" }));
    time += 61;
    store.tick();
    const kept = [...store.responses({ from: START - 10, to: time })];
    assert.ok(kept.length <= 200 + 20 + 1, `${kept.length}`);
    assert.equal(kept.filter(({ duration }) => duration > 5).length, 10);
    assert.equal(kept.find(({ outcome }) => outcome === "error")?.errorType, "TimeoutError");
    assert.ok(kept.every((one) => !("content" in one)));
  });

  it("picks by agent, the machine's alone, and by attributes that are there or not", async () => {
    const store = begin();
    const cpu = "system.cpu.utilization";
    store.readings([
      { series: { metric: cpu }, time, value: 0.5 },
      { series: { metric: cpu, attributes: { "cpu.logical_number": "0" } }, time, value: 0.25 },
      { series: { metric: cpu, agent: "odd" }, time, value: 1 },
    ]);
    const pick = async (more: object) => {
      const found = await store.series({ metric: cpu, from: START - 9, to: START + 9, points: 2, ...more });
      return found.map(({ max }) => max[0]);
    };
    assert.deepEqual(await pick({ agent: null, attributes: { "cpu.logical_number": "" } }), [0.5]);
    assert.deepEqual(await pick({ attributes: { "cpu.logical_number": "0" } }), [0.25]);
    assert.deepEqual(await pick({ agent: "odd" }), [1]);
    assert.equal((await store.list({ from: START - 9, to: START + 9, agent: null })).length, 2);
  });

  it("remembers runs and what happened once, however often they are told, and narrows by run", async () => {
    let store = begin();
    const run = { id: "r1", agent: "voice", number: store.runNumber("voice", "r1"), pid: 7, start: START };
    store.run(run);
    store.event({ time: START, kind: "start", label: "Run 1", agent: "voice" });
    fill(store, 100, () => 1);
    store.run({ ...run, end: START + 50, exitCode: 134 });
    close(store);
    store = begin();
    store.event({ time: START, kind: "start", label: "Run 1", agent: "voice" });
    assert.deepEqual([store.runNumber("voice", "r1"), store.runNumber("voice", "r2")], [1, 2]);
    const range = { from: START - 100, to: START + 200 };
    assert.deepEqual(
      (await store.runs({ ...range, agent: "voice" })).map(({ exitCode }) => exitCode),
      [134],
    );
    assert.equal((await store.events({ ...range, agent: "voice" })).length, 1);
    const [data] = await store.series({ metric: memory.metric, ...range, run: "r1", points: 1000 });
    assert.deepEqual([data?.time[0], data?.time.at(-1)], [START + 1, START + 49]);
    await assert.rejects(store.series({ metric: "m", ...range, run: "other", points: 9 }), /no longer recorded/);
  });

  it("says what is wrong with a query", async () => {
    const store = begin();
    await assert.rejects(store.series({ metric: "m", from: 5, to: 5, points: 9 }), /start before its end/);
    await assert.rejects(store.series({ metric: "m", from: 5, to: 9, points: 1 }), /2 to 11000 points/);
    await assert.rejects(store.latency({ from: Number.NaN, to: 9, points: 9 }), /two times/);
  });

  it("lets go of what is old, finest first, and of more than its size", async () => {
    const store = begin({
      limits: { ...limits, keep: { oneSecond: 3600, tenSeconds: 7200, minute: DAY, tenMinutes: 2 * DAY } },
    });
    fill(store, 9000, () => 7);
    for (let i = 0; i < 30; i++) {
      time += 61;
      steady += 61;
      store.tick();
    }
    const held = [...store.samples({ from: START, to: time })];
    const oldest = (resolution: number) =>
      Math.min(...held.filter((s) => s.resolution === resolution).map((s) => s.time));
    assert.ok(
      oldest(1) > time - 3600 - 700 && oldest(10) > time - 7200 - 1700,
      `${time - oldest(1)}, ${time - oldest(10)}`,
    );
    assert.equal(Math.floor(oldest(60) / 60), Math.floor((START + 1) / 60));
    const [data] = await store.series({ metric: memory.metric, from: START, to: time, points: 1000 });
    assert.ok((data?.time[0] ?? 0) < START + 61 && data?.mean.every((mean) => mean === 7));
  }).timeout(20_000);

  it("stays within its size", () => {
    const small = 3 * 2 ** 20;
    const store = begin({ limits: { ...limits, maxSize: small } });
    const random = generator(1);
    const series = Array.from({ length: 20 }, (_, i) => ({ metric: `m${i}`, agent: "voice" }));
    for (let i = 0; i < 20_000; i++) {
      time++;
      steady++;
      store.readings(series.map((one) => ({ series: one, time, value: random() })));
      store.tick();
    }
    for (let i = 0; i < 300; i++) {
      time += 5;
      steady += 5;
      store.tick();
    }
    const { size = 0 } = store.state;
    // The log beside the file takes a MiB of its own.
    assert.ok(size < small + 1.5 * 2 ** 20, `${size} bytes`);
    const held = [...store.samples({ from: START, to: time, agent: "voice" })];
    const finest = Math.min(...held.filter(({ resolution }) => resolution === 1).map((sample) => sample.time));
    assert.ok(time - finest > 2400, `cut to ${time - finest} s, much further than it had to be`);
  }).timeout(60_000);

  it("deletes nothing for some minutes when the clock jumps ahead, as it may be wrong", async () => {
    const store = begin();
    fill(store, 100, () => 1);
    const kept = () => [...store.samples({ from: START, to: START + 200 })].length;
    const before = kept();
    time += 2 * 365 * DAY;
    for (let i = 0; i < 100; i++) {
      time += 5;
      steady += 5;
      store.tick();
    }
    assert.equal(kept(), before);
    time = START + 700;
    fill(store, 700, () => 1);
    assert.ok(kept() >= before, "set right again, all is there");
    time += 2 * 365 * DAY;
    for (let i = 0; i < 500; i++) {
      time += 5;
      steady += 5;
      store.tick();
    }
    assert.equal(kept(), 0, "in the end the clock is believed");
  });

  it("opens a new file when another process has taken its own away", async () => {
    const store = begin();
    fill(store, 20, () => 1);
    renameSync(file, `${file}.aside`);
    fill(store, 20, () => 2);
    assert.ok(existsSync(file));
    assert.match(said.join("\n"), /is another file now/);
    const [data] = await store.series({ metric: memory.metric, from: START, to: time + 1, points: 1000 });
    assert.ok((data?.time.length ?? 0) >= 10 && data?.mean.every((mean) => mean === 2));
  });

  it("says when there are too many series, and takes new ones once old ones have no figures left", async () => {
    const keep = { oneSecond: 600, tenSeconds: 600, minute: 600, tenMinutes: 600 };
    const store = begin({ limits: { ...limits, keep } });
    const one = (name: string) => store.readings([{ series: { metric: name, agent: "voice" }, time, value: 1 }]);
    for (let i = 0; i < 2000; i++) one(`m${i}`);
    one("one more");
    assert.match(store.state.message ?? "", /more than 2000 series/);
    for (let i = 0; i < 1000; i++) {
      time += 60;
      steady += 60;
      store.tick();
    }
    one("one more");
    assert.equal(store.state.message, undefined);
    assert.equal((await store.list({ from: time - 10, to: time + 10 })).length, 1);
  }).timeout(60_000);

  it("tells from when on it has figures", () => {
    const store = begin();
    time = START + 17;
    fill(store, 300, () => 1);
    assert.equal(store.summary().from, START + 18);
  });

  it("sets a damaged file aside, says where, and begins anew", async () => {
    for (const [name, damage] of [
      ["garbage", () => writeFileSync(file, "no database at all, but long enough to be read as one".repeat(200))],
      [
        "a hole",
        () => writeFileSync(file, Buffer.concat([readFileSync(file).subarray(0, 4096), Buffer.alloc(8192, 7)])),
      ],
    ] as const) {
      const first = begin();
      fill(first, 100, () => 1);
      close(first);
      damage();
      said = [];
      const store = begin();
      fill(store, 20, () => 2);
      assert.equal(store.state.state, "recording", name);
      assert.match(said.join("\n"), /was damaged.*it lies in .*damaged-.* now/, name);
      assert.match(store.state.message ?? "", /a new one is begun/);
      assert.ok(readdirSync(folder).some((one) => one.includes("damaged-")));
      close(store);
      rmSync(file, { force: true });
    }
  });

  it("only reads a file of a newer version, and says so", async () => {
    const first = begin();
    fill(first, 100, () => 1);
    close(first);
    const db = new DatabaseSync(file);
    db.exec("PRAGMA user_version = 99");
    db.close();
    const store = begin();
    store.readings([{ series: memory, time: time + 1, value: 5 }]);
    store.tick();
    assert.deepEqual([store.state.state], ["readonly"]);
    assert.match(store.state.message ?? "", /newer version/);
    const [data] = await store.series({ metric: memory.metric, from: START, to: time + 10, points: 1000 });
    assert.equal(data?.time.length, 100);
    assert.throws(() => store.delete({}), /newer version/);
  });

  it("pauses when it can't grow, says so, and goes on when it can", async () => {
    const store = begin();
    fill(store, 10, () => 1);
    // What another process has made impossible stands for whatever keeps it from growing.
    const inner = new DatabaseSync(file);
    inner.exec("CREATE TRIGGER full BEFORE INSERT ON sample BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END");
    fill(store, 120, () => 2);
    assert.equal(store.state.state, "paused");
    assert.match(store.state.message ?? "", /nothing is recorded/);
    assert.equal(said.length, 1);
    inner.exec("DROP TRIGGER full");
    inner.close();
    fill(store, 40, () => 3);
    assert.equal(store.state.state, "recording");
    const [data] = await store.series({ metric: memory.metric, from: START, to: time + 1, points: 1000 });
    assert.equal(data?.time.length, 170);
  });

  it("shares its file with other processes without loss", async () => {
    const writer = join(import.meta.dirname, "writer.ts");
    const children = ["/one", "/two", "/three"].map((workspace) =>
      spawn(process.execPath, [writer, file, workspace, "400"], { stdio: ["ignore", "ignore", "inherit"] }),
    );
    const exits = children.map((child) => once(child, "exit"));
    for (const exit of exits) assert.deepEqual(await exit, [0, null]);
    for (const workspace of ["/one", "/two", "/three"]) {
      const store = begin({ workspace });
      const [data] = await store.series({ metric: "m", from: START, to: START + 4000, points: 11_000 });
      assert.equal(data?.time.length, 400, workspace);
    }
  }).timeout(60_000);

  it("loses at most some seconds when its process is killed", async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, "writer.ts"), file, "/w", "100000"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let reached = 0;
    child.stdout.on("data", (text: Buffer) => {
      reached = Number(text.toString().trim().split("\n").at(-1));
    });
    await until("it wrote for a while", () => reached > 1500);
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
    time = START + reached + 100;
    const store = begin();
    const [data] = await store.series({ metric: "m", from: START, to: time, points: 11_000 });
    assert.ok((data?.time.length ?? 0) >= reached - 7, `${data?.time.length} of ${reached}`);
    const [rolled] = await store.series({ metric: "m", from: START, to: time, points: 20 });
    store.readings([{ series: { metric: "m" }, time, value: 1 }]);
    const [again] = await store.series({ metric: "m", from: START, to: time + 1, points: 20 });
    const count = (data: { n: number[] } | undefined) => data?.n.reduce((a, b) => a + b, 0) ?? 0;
    assert.ok(count(again) >= reached - 7, `${count(rolled)}, then ${count(again)} of ${reached}`);
  }).timeout(60_000);

  it("deletes an agent so that nothing of it can be read from the file", async () => {
    const store = begin();
    fill(store, 200, () => 1);
    const other = { metric: "m", agent: "other" };
    store.readings([{ series: other, time, value: 1 }]);
    store.run({ id: "r1", agent: "voice", number: 1, pid: 7, start: START });
    store.event({ time: START, kind: "start", label: "Run 1", agent: "voice" });
    store.response("voice", ok({ model: "secret-model" }));
    assert.deepEqual(
      store.summary().agents.map(({ agent }) => agent),
      ["voice"],
    );
    store.delete({ agent: "voice" });
    assert.deepEqual([store.summary().agents, store.summary().series], [[], 1]);
    assert.equal((await store.list({ from: START - 9, to: time + 9 })).length, 1);
    close(store);
    const bytes = readFileSync(file).toString("latin1");
    assert.ok(!bytes.includes("voice") && !bytes.includes("secret-model"));
    assert.ok(!existsSync(`${file}-wal`) || statSync(`${file}-wal`).size === 0);
  });

  it("deletes a stretch of time, and what lies around it stays", async () => {
    const store = begin();
    fill(store, 600, () => 1);
    store.delete({ from: START + 101, to: START + 201 });
    const [data] = await store.series({ metric: memory.metric, from: START, to: time + 1, points: 11_000 });
    assert.equal(data?.time.length, 500);
    assert.ok(data?.time.every((t) => t <= START + 100 || t > START + 200));
    fill(store, 10, () => 2);
    assert.equal(store.state.state, "recording");
  });

  it("is readable by its owner alone", () => {
    begin();
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it("keeps figures in memory where there is no SQLite, and says so", async () => {
    const store = begin({ sqlite: undefined });
    fill(store, 100, (i) => i);
    store.response("voice", ok());
    store.run({ id: "r1", agent: "voice", number: 1, pid: 7, start: START });
    assert.equal(store.state.state, "memory");
    assert.match(store.state.message ?? "", /no SQLite/);
    const [data] = await store.series({ metric: memory.metric, from: START, to: time + 1, points: 11_000 });
    assert.deepEqual([data?.time.length, data?.max.at(-1)], [100, 99]);
    const [figures] = await store.percentiles({ from: START - 60, to: time + 60 }, [0.5]);
    assert.deepEqual([figures?.count, figures?.percentiles[0]], [1, 0.5]);
    assert.ok(!existsSync(file));
    assert.equal(store.runNumber("voice", "r2"), 2);
  });
});
