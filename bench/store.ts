// What keeping a day of figures costs: our store beside a plain SQLite table without roll-ups and beside Prometheus, where
// there is one, on the same data.
// `--quick`: two hours instead of a day.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { random } from "../src/model/random.ts";
import { encodeLabels, writeRequest } from "../src/record/export/prometheus/writeRequest.ts";
import { openStore } from "../src/record/store/store.ts";
import { type Engine, startEngine } from "../test/support/engines.ts";
import { spread } from "./support/stats.ts";
import { figure, machine, printTable } from "./support/table.ts";

const SERIES = 60;
const quick = process.argv.includes("--quick");
const SECONDS = quick ? 7200 : 86_400;
const DAY = 86_400;
const QUERIES = 21;
const START = 1_795_000_200;
const MB = 1e6;

console.log(`Takes about ${quick ? 20 : 150} s. ${machine()}\n`);
const folder = mkdtempSync(join(tmpdir(), "av-bench-store-"));
const file = (name: string) => join(folder, name);
const sizeOf = (name: string) =>
  ["", "-wal"].reduce((sum, suffix) => sum + (statSync(file(name) + suffix, { throwIfNoEntry: false })?.size ?? 0), 0);

/** User and system seconds of some work. */
async function cpuOf(work: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** The figure of series `s` at second `i`: bytes that grow, with noise. */
const noise = random(1);
const level = Array.from({ length: SERIES }, () => 1e8 * (1 + noise()));
const valueAt = (s: number, i: number) => (level[s] ?? 0) + i * 100 + Math.floor(noise() * 1e6);

try {
  let now = START;
  const keep = { oneSecond: 2 * DAY, tenSeconds: 7 * DAY, minute: 60 * DAY, tenMinutes: 365 * DAY };
  const limits = { maxSize: 4e9, keep };
  const options = {
    workspace: "/bench",
    now: () => now,
    limits,
    log: (_: string, text: string) => console.error(text),
  };
  const ours = openStore({ file: file("ours.sqlite"), ...options });
  const series = Array.from({ length: SERIES }, (_, s) => ({ metric: `bench.${s}`, agent: "voice", unit: "By" }));
  let longest = 0;
  let longTicks = 0;
  const writing = await cpuOf(() => {
    for (let i = 0; i < SECONDS; i++) {
      now++;
      ours.readings(series.map((one, s) => ({ series: one, time: now, value: valueAt(s, i) })));
      const begun = performance.now();
      ours.tick();
      const took = performance.now() - begun;
      longest = Math.max(longest, took);
      if (took > 50) longTicks++;
    }
  });
  const making = await cpuOf(() => {
    for (let i = 0; i < SECONDS; i++) series.map((one, s) => ({ series: one, time: i, value: valueAt(s, i) }));
  });
  const oursSize = sizeOf("ours.sqlite");

  const db = new DatabaseSync(file("plain.sqlite"));
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  db.exec(
    "CREATE TABLE sample (series INTEGER, time INTEGER, value REAL); CREATE INDEX place ON sample (series, time)",
  );
  const insert = db.prepare("INSERT INTO sample VALUES (?, ?, ?)");
  const plainWriting = await cpuOf(() => {
    for (let i = 0; i < SECONDS; i++) {
      if (i % 5 === 0) db.exec(i === 0 ? "BEGIN" : "COMMIT; BEGIN");
      for (let s = 0; s < SERIES; s++) insert.run(s, START + i + 1, valueAt(s, i));
    }
    db.exec("COMMIT");
  });
  const plainSize = sizeOf("plain.sqlite");

  // Prometheus takes samples of the last hours alone, or of one time after the other: as here.
  const prometheus = await startEngine("prometheus").catch((error: Error) => {
    console.log(`${error.message} It is left out.`);
    return undefined;
  });
  const prometheusWriting = prometheus && (await cpuOfEngine(prometheus, () => feed(prometheus)));
  const prometheusSize = prometheus && sizeOfFolder(prometheus.folder);

  // A month of minutes and a day of responses of their own, for the queries over them.
  let then = START - 31 * DAY;
  const month = openStore({ file: file("month.sqlite"), ...options, now: () => then });
  const one = { metric: "month", agent: "voice" };
  for (let i = 0; i < 30 * 1440; i++) {
    then += 60;
    month.readings([{ series: one, time: then, value: i }]);
    if (i % 10 === 0) month.tick();
  }
  const day = openStore({ file: file("day.sqlite"), ...options, now: () => then });
  const begun = then;
  for (let i = 0; i < DAY; i++) {
    then++;
    const duration = 0.2 + noise() ** 3 * 3;
    day.response("voice", { queryType: "talker", start: then - duration, duration, outcome: "ok" });
    day.tick();
  }

  const queries: Record<string, () => Promise<unknown> | unknown> = {
    "a chart of the whole stretch, 1,000 points: our store": () =>
      ours.series({ metric: "bench.7", from: START, to: START + SECONDS + 1, points: 1000 }),
    "the same: plain table": () =>
      db
        .prepare(
          "SELECT time / ? AS bucket, min(value), avg(value), max(value) FROM sample WHERE series = 7 AND time >= ? AND time < ? GROUP BY bucket",
        )
        .all(Math.ceil(SECONDS / 1000), START, START + SECONDS + 1),
    ...(prometheus && {
      "the same: Prometheus, mean alone": () =>
        ask(prometheus, `avg_over_time(bench_bytes{series="7"}[${Math.ceil(SECONDS / 1000)}s])`),
    }),
    "30 d of minutes, 1,000 points: our store": () =>
      month.series({ metric: "month", from: begun - 30 * DAY, to: begun, points: 1000 }),
    "p95 of each 90 s over 24 h (86,400 responses): our store": () =>
      day.latency({ from: begun, to: begun + DAY, points: 1000 }),
    "p95 of 24 h as one figure: our store": () => day.percentiles({ from: begun, to: begun + DAY }, [0.95]),
  };
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(queries).map((name) => [name, []]));
  for (let round = -3; round < QUERIES; round++) {
    for (const [name, query] of Object.entries(queries)) {
      const from = performance.now();
      await query();
      if (round >= 0) times[name]?.push(performance.now() - from);
    }
  }

  const samples = (SERIES * SECONDS).toLocaleString("en");
  printTable(
    [
      `${SERIES} series × ${SECONDS / 3600} h at 1 Hz (${samples} samples)`,
      "CPU of writing, s",
      "on disk, MB",
      "roll-ups",
    ],
    [
      ["our store", (writing - making).toFixed(2), (oursSize / MB).toFixed(1), "10 s, 1 min, 10 min"],
      ["plain SQLite table with an index", (plainWriting - making).toFixed(2), (plainSize / MB).toFixed(1), "none"],
      ...(prometheus
        ? [
            [
              "Prometheus, by remote write",
              prometheusWriting?.toFixed(2) ?? "",
              ((prometheusSize ?? 0) / MB).toFixed(1),
              "none",
            ],
          ]
        : []),
    ],
  );
  console.log(`\nLongest tick ${longest.toFixed(1)} ms, ${longTicks} of ${SECONDS} over 50 ms.\n`);
  printTable(
    ["query", "ms"],
    Object.entries(times).map(([name, all]) => [name, figure(spread(all), 2)]),
  );
  const scale = SECONDS / DAY;
  const met = writing - making < 8 * scale && oursSize < 70 * MB * Math.max(scale, 0.1);
  console.log(`\nTargets: under 8 s and 70 MB a day${met ? ", met" : ", missed"}; queries under 10, 50, 10 ms.`);
  if (!met) process.exitCode = 1;
  for (const store of [ours, month, day]) store.close();
  db.close();
  await prometheus?.remove();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** CPU seconds of the engine's process during some work. */
async function cpuOfEngine({ pid }: Engine, work: () => Promise<void>): Promise<number> {
  const ticks = () => {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  };
  const before = ticks();
  await work();
  return ticks() - before;
}

/** The same data in requests of a minute. */
async function feed({ writeUrl }: Engine): Promise<void> {
  const labels = Array.from({ length: SERIES }, (_, s) => encodeLabels("bench_bytes", { series: String(s) }));
  for (let i = 0; i < SECONDS; i += 60) {
    const all = labels.map((one, s) => ({
      labels: one,
      samples: Array.from({ length: 60 }, (_, k) => ({ time: START + i + k + 1, value: valueAt(s, i + k) })),
    }));
    const headers = { "content-encoding": "snappy", "content-type": "application/x-protobuf" };
    const answer = await fetch(writeUrl, {
      method: "POST",
      headers,
      body: writeRequest(all) as Uint8Array<ArrayBuffer>,
    });
    if (!answer.ok) throw new Error(`Prometheus answers ${answer.status}: ${await answer.text()}`);
  }
}

async function ask({ url }: Engine, query: string): Promise<void> {
  const step = String(Math.ceil(SECONDS / 1000));
  const body = new URLSearchParams({ query, start: String(START), end: String(START + SECONDS), step });
  const answer = await fetch(`${url}/api/v1/query_range`, { method: "POST", body });
  const { data } = (await answer.json()) as { data: { result: { values: unknown[] }[] } };
  if ((data.result[0]?.values.length ?? 0) < 900) throw new Error("Prometheus has fewer points than it should.");
}

function sizeOfFolder(path: string): number {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
