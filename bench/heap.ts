// What reading a heap snapshot costs: our command line beside DevTools' own code (heap-snapshot-toolkit) and VS Code's
// own viewer (@vscode/v8-heap-parser), whole processes in turns; the difference of two; what a view asks of it.
// `--quick`: 100 MB alone. `--huge`: 5 GB too (needs 24 GB of memory, takes 4 minutes more).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openHeap } from "../src/heap/openHeap.ts";
import type { HeapQuestion } from "../src/model/heap.ts";
import { interleave, type Spread, spread } from "./support/stats.ts";
import { figure, machine, printTable } from "./support/table.ts";

interface Usage {
  /** User and system, seconds. */
  cpu: number;
  /** Seconds. */
  wall: number;
  /** Peak of what is resident, bytes. */
  memory: number;
}

const OURS = "agent-vitals heap summary";
const TOOLKIT = "heap-snapshot-toolkit";
const PARSER = "@vscode/v8-heap-parser";
const MIB = 2 ** 20;
/** Objects that make a file of so many MB. */
const sizes = [
  { mb: 100, thousands: 520, rounds: 5, cpu: 0.4, ofParser: 0.65, memory: 350 },
  { mb: 500, thousands: 2540, rounds: 3, cpu: 0.33, memory: 1.1 * 1024 },
  { mb: 1000, thousands: 5180, rounds: 3, seconds: 15, memory: 2.1 * 1024 },
];
const quick = process.argv.includes("--quick");
const huge = process.argv.includes("--huge");
console.log(`Takes about ${quick ? 3 : huge ? 16 : 12} minutes. ${machine()}\n`);

const support = (name: string) => join(import.meta.dirname, "support", name);
const cli = join(import.meta.dirname, "..", "dist", "cli.js");
if (!existsSync(cli)) throw new Error("dist/cli.js is missing; build it with: npm run build -- --production");
const folder = mkdtempSync(join(tmpdir(), "av-bench-heap-"));
const missed: string[] = [];

/** A whole process; undefined when it did not end well. */
async function run(args: string[], options: string[] = []): Promise<Usage | undefined> {
  const usage = join(folder, "usage.json");
  rmSync(usage, { force: true });
  const child = spawn(process.execPath, ["--require", support("usage.cjs"), ...options, ...args], {
    env: { ...process.env, AGENT_VITALS_BENCH_USAGE: usage },
    stdio: "ignore",
  });
  const [code] = await once(child, "exit");
  return code === 0 ? (JSON.parse(readFileSync(usage, "utf8")) as Usage) : undefined;
}

async function grow(thousands: number, ...names: string[]): Promise<string[]> {
  const files = names.map((name) => join(folder, name));
  const heap = [`--max-old-space-size=${Math.max(4096, thousands)}`];
  if (!(await run([support("grownHeap.mjs"), String(thousands), ...files], heap)))
    throw new Error(`No snapshot of ${thousands} thousand objects could be taken.`);
  return files;
}

const candidates = (file: string) => ({
  [OURS]: () => run([cli, "heap", "summary", file, "--top", "500", "--force"]),
  [TOOLKIT]: () => run([support("heapToolkit.mjs"), file]),
  [PARSER]: () => run([support("heapParser.cjs"), file]),
});

function judge(what: string, met: boolean): void {
  console.log(`${what}: ${met ? "met" : "missed"}.`);
  if (!met) missed.push(what);
}

const cpuOf = (usages: (Usage | undefined)[] | undefined): Spread | undefined => {
  const whole = usages?.filter((usage) => usage !== undefined) ?? [];
  return whole.length > 0 ? spread(whole.map(({ cpu }) => cpu)) : undefined;
};

async function readings(): Promise<void> {
  for (const { mb, thousands, rounds, ...target } of quick ? sizes.slice(0, 1) : sizes) {
    const [file = ""] = await grow(thousands, `${mb}.heapsnapshot`);
    const results = await interleave(candidates(file), { rounds, warmUp: 1 });
    console.log(`\n${(statSync(file).size / 1e6).toFixed(0)} MB, ${rounds} times each:\n`);
    const ours = cpuOf(results[OURS]);
    const rows = Object.entries(results).map(([name, usages]) => {
      const cpu = cpuOf(usages);
      if (!cpu) return [name, "ended in an error", "", "", ""];
      const whole = usages.filter((usage) => usage !== undefined);
      const ratio = (ours?.median ?? 0) / cpu.median;
      return [
        name,
        figure(cpu, 2),
        figure(spread(whole.map(({ wall }) => wall)), 2),
        figure(spread(whole.map(({ memory }) => memory / MIB))),
        name === OURS ? "" : ratio.toFixed(2),
      ];
    });
    printTable(["", "CPU, s", "time, s", "memory, MiB", "ours is so much of its CPU"], rows);
    console.log();
    const memory = spread((results[OURS] ?? []).map((usage) => (usage?.memory ?? Number.NaN) / MIB)).median;
    const toolkit = cpuOf(results[TOOLKIT]);
    const parser = cpuOf(results[PARSER]);
    if (target.cpu && ours && toolkit)
      judge(`${mb} MB: CPU at most ${target.cpu} of ${TOOLKIT}'s`, ours.median <= target.cpu * toolkit.median);
    if (target.ofParser && ours && parser)
      judge(`${mb} MB: CPU at most ${target.ofParser} of ${PARSER}'s`, ours.median <= target.ofParser * parser.median);
    if (target.seconds && ours) judge(`${mb} MB: at most ${target.seconds} s`, ours.median <= target.seconds);
    judge(`${mb} MB: at most ${target.memory.toFixed(0)} MiB`, memory <= target.memory);
    if (mb > 100) rmSync(file);
  }
}

async function difference(): Promise<void> {
  const [before = "", after = ""] = await grow(520, "before.heapsnapshot", "after.heapsnapshot");
  const summary = (file: string) => run([cli, "heap", "summary", file, "--force"]);
  const results = await interleave(
    {
      "heap diff": async () => (await run([cli, "heap", "diff", before, after, "--force"]))?.cpu ?? Number.NaN,
      "heap summary of each": async () => ((await summary(before))?.cpu ?? 0) + ((await summary(after))?.cpu ?? 0),
    },
    { rounds: 5, warmUp: 1 },
  );
  console.log("\nDifference of two of 100 MB:\n");
  printTable(
    ["", "CPU, s"],
    Object.entries(results).map(([name, cpu]) => [name, figure(spread(cpu), 2)]),
  );
  const ratio = spread(results["heap diff"] ?? []).median / spread(results["heap summary of each"] ?? []).median;
  console.log();
  judge(`The difference costs ${ratio.toFixed(2)} of reading both, at most 1.2`, ratio <= 1.2);
}

/** Answers, ms, after the file was read; the first of a kind makes what only it needs. */
function view(): void {
  const { facts, ask } = openHeap(join(folder, "100.heapsnapshot"), () => {});
  const window = { from: 0, count: 100 };
  const times: [what: string, first: number, again: number][] = [];
  const time = (what: string, work: () => void) => {
    const took = [1, 2, 3, 4, 5, 6].map(() => {
      const started = performance.now();
      work();
      return performance.now() - started;
    });
    times.push([what, took[0] ?? 0, spread(took.slice(1)).median]);
  };
  const question = (what: string, asked: HeapQuestion) => time(what, () => void ask(asked));
  const byRetained = { by: "retainedSize", descending: true } as const;
  for (const by of ["name", "count", "selfSize", "retainedSize", "distance"] as const)
    question(`classes by ${by}`, { kind: "classes", shapes: false, sort: { by, descending: true }, window });
  const byCount = { by: "count", descending: true } as const;
  const classes = ask({ kind: "classes", shapes: false, sort: byCount, window: { from: 0, count: 500 } }).rows;
  const largest = classes[0];
  const message = classes.find(({ name }) => name === "Message");
  if (!largest || !message) throw new Error("The snapshot lacks its classes.");
  let turn = false;
  for (const by of ["id", "selfSize", "retainedSize", "distance"] as const)
    time(`${largest.count} of ${largest.name} by ${by}`, () => {
      turn = !turn; // Kept orders would not be made again.
      ask({ kind: "instances", shapes: false, class: largest.class, sort: { by, descending: turn }, window });
    });
  const nodes = ask({
    kind: "instances",
    shapes: false,
    class: message.class,
    sort: byRetained,
    window: { from: 0, count: 200 },
  }).rows;
  time("200 retainers expanded", () => {
    for (const { node } of nodes) ask({ kind: "retainers", node, window });
  });
  question("most telling ways of one", { kind: "paths", node: nodes[0]?.node ?? 0, way: "telling", count: 4 });
  question("how a class is held", { kind: "clusters", shapes: false, class: message.class, window });
  question("strings", { kind: "strings", sort: { by: "wasted", descending: true }, window });
  question("search", { kind: "search", text: "message number 4711", window });
  console.log(`\nAnswers of a file of ${facts.nodes.toLocaleString("en")} objects, ms:\n`);
  printTable(
    ["", "first", "then"],
    times.map(([what, first, again]) => [what, first.toFixed(1), again.toFixed(1)]),
  );
  console.log();
  const isSort = (what: string) => what.includes(" by ") || what.includes("expanded");
  judge(
    "Sorting any column and 200 retainers under 100 ms",
    times.filter(([what]) => isSort(what)).every(([, , again]) => again < 100),
  );
}

async function hugeOne(): Promise<void> {
  const file = join(folder, "5000.heapsnapshot");
  // V8 itself needs several times the file's size to write one.
  const parts = [support("multipliedHeap.mjs"), join(folder, "100.heapsnapshot"), "38", file];
  if (!(await run(parts, ["--max-old-space-size=8000"]))) throw new Error("No snapshot of 5 GB could be made.");
  const usage = await run([cli, "heap", "summary", file, "--force"]);
  console.log(`\n${(statSync(file).size / 1e9).toFixed(2)} GB, once:\n`);
  printTable(
    ["", "CPU, s", "time, s", "memory, MiB"],
    [
      [
        OURS,
        ...(usage
          ? [usage.cpu.toFixed(1), usage.wall.toFixed(1), (usage.memory / MIB).toFixed(0)]
          : ["ended in an error", "", ""]),
      ],
    ],
  );
  judge("5 GB works", usage !== undefined);
}

try {
  await readings();
  await difference();
  view();
  if (huge) await hugeOne();
} finally {
  rmSync(folder, { recursive: true });
}
if (missed.length > 0) process.exitCode = 1;
