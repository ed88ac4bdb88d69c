// How often the trend judge cries wolf and what it misses, over 10,000 synthetic courses of a resource, beside what
// simple monitors do with the same series: a threshold on the slope of a least-squares line.
import { judgeTrend } from "../src/judges/leaks/trend/judgeTrend.ts";
import { leastSquares } from "../src/judges/leaks/trend/line.ts";
import { type SyntheticSeries, seriesKinds, syntheticSeries } from "./support/syntheticSeries.ts";
import { machine, printTable } from "./support/table.ts";

const SERIES = Number(process.argv[2] ?? 10_000);
console.log(`Takes about ${Math.ceil(SERIES / 2500)} min. ${machine()}\n`);

/** Growth by the least-squares line, of the level, above which a simple monitor speaks. */
const thresholds = [0.0025, 0.01, 0.05];
const names = ["ours", ...thresholds.map((least) => `least squares > ${100 * least} %`)];

let time = 0;

function verdicts(series: SyntheticSeries): string[] {
  const { x, y } = series;
  const begun = performance.now();
  const { verdict } = judgeTrend(series);
  time += performance.now() - begun;
  const last = x.at(-1) ?? 1;
  const ones = new Float64Array(x.length).fill(1);
  const { coefficients } = leastSquares([ones, x.map((value) => value / last)], y);
  const [level = 1, growth = 0] = coefficients;
  return [verdict, ...thresholds.map((least) => (growth / level > least ? "leak" : "no-leak"))];
}

const kinds = seriesKinds.map((kind) => ({
  kind,
  leaks: kind.includes("leak"),
  count: 0,
  unsure: 0,
  found: names.map(() => 0),
}));
for (let i = 0; i < SERIES; i++) {
  const one = kinds[i % kinds.length];
  if (!one) break;
  const series = syntheticSeries(one.kind, 1 + Math.floor(i / kinds.length));
  one.count++;
  for (const [at, verdict] of verdicts(series).entries()) {
    if (verdict === "leak") one.found[at] = (one.found[at] ?? 0) + 1;
    if (verdict === "inconclusive") one.unsure++;
  }
}

const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;
const sum = (leaks: boolean, value: (one: (typeof kinds)[number]) => number) =>
  kinds.filter((one) => one.leaks === leaks).reduce((total, one) => total + value(one), 0);
const row = (one: (typeof kinds)[number]) => [
  one.kind,
  String(one.count),
  ...one.found.map((found) => percent(found, one.count)),
  percent(one.unsure, one.count),
];
const total = (name: string, leaks: boolean) => {
  const count = sum(leaks, (one) => one.count);
  return [
    name,
    String(count),
    ...names.map((_, at) =>
      percent(
        sum(leaks, (one) => one.found[at] ?? 0),
        count,
      ),
    ),
    percent(
      sum(leaks, (one) => one.unsure),
      count,
    ),
  ];
};
printTable(
  ["course", "series", ...names.map((name) => `"leak" by ${name}`), "ours unsure"],
  [...kinds.map(row), total("**leaks found** (target 95 %)", true), total("**false alarms** (target 1 %)", false)],
);
console.log(`\nOurs takes ${(time / SERIES).toFixed(1)} ms a series of 3,600 to 21,600 readings.`);
const found = sum(true, (one) => one.found[0] ?? 0) / sum(true, (one) => one.count);
const alarms = sum(false, (one) => one.found[0] ?? 0) / sum(false, (one) => one.count);
process.exitCode = found >= 0.95 && alarms <= 0.01 ? 0 : 1;
