// How often a comparison of suites cries wolf and what it misses: 200 seeded pairs of results of each kind of scatter,
// the same agent against itself and one whose latencies are 10 % longer, beside what CI jobs commonly do with such
// figures: a limit on the change of the mean of all responses.
import type { SuiteChange, SuiteResult } from "../src/model/suites.ts";
import { meanOf, merge } from "../src/suites/histograms.ts";
import { compareResults } from "../src/suites/verdicts/compare.ts";
import { type Scatter, type SyntheticOptions, scatters, syntheticResult } from "../test/fixtures/suites/synthetic.ts";
import { machine, printTable } from "./support/table.ts";

const PAIRS = Number(process.argv[2] ?? 200);
const REPEATS = 20;
const SLOWDOWN = 1.1;
const LIMIT = 1.05;

interface Kind {
  name: string;
  scenarios: number;
  options: Partial<SyntheticOptions> & { scatter: Scatter };
  turns?: boolean;
  repeats?: number;
  /** Beyond what the target is for. */
  told?: true;
}

const kinds: Kind[] = [
  ...scatters.map((scatter) => ({ name: scatter, scenarios: 1, options: { scatter } })),
  { name: "lognormal, repeats differ by 6 %", scenarios: 1, options: { scatter: "lognormal", between: 0.06 } },
  { name: "lognormal, 2 % of requests fail", scenarios: 1, options: { scatter: "lognormal", errors: 0.02 } },
  { name: "lognormal, four scenarios", scenarios: 4, options: { scatter: "lognormal" } },
  { name: "drift, taking turns", scenarios: 1, options: { scatter: "drift" }, turns: true },
  {
    name: "outlying repeats, one in ten (told)",
    scenarios: 1,
    options: { scatter: "outlying repeats", outliers: 0.1 },
    told: true,
  },
  { name: "lognormal, 6 repeats (told)", scenarios: 1, options: { scatter: "lognormal" }, repeats: 6, told: true },
];

function result(kind: Kind, seed: number, factor: number): SuiteResult {
  const scenarios = Array.from({ length: kind.scenarios }, (_, i) => [
    `scenario ${i + 1}`,
    // Only the first is slower.
    { repeats: kind.repeats ?? REPEATS, ...kind.options, seed: seed * 64 + i, factor: i === 0 ? factor : 1 },
  ]);
  return { ...syntheticResult(Object.fromEntries(scenarios)), ...(kind.turns && { turns: "one" }) };
}

/** What a limit on the mean says. */
function simple(baseline: SuiteResult, now: SuiteResult): boolean {
  const mean = (one: SuiteResult, name: string) =>
    meanOf(merge((one.scenarios[name]?.repeats ?? []).map(({ histograms }) => histograms.duration)));
  return Object.keys(now.scenarios).some((name) => mean(now, name) > LIMIT * mean(baseline, name));
}

interface Tally {
  verdicts: Record<SuiteChange, number>;
  simple: number;
}

function tally(kind: Kind, factor: number): Tally {
  const sum: Tally = { verdicts: { faster: 0, same: 0, slower: 0, "not enough data": 0 }, simple: 0 };
  for (let pair = 0; pair < PAIRS; pair++) {
    const [baseline, now] = [result(kind, 2 * pair + 1, 1), result(kind, 2 * pair + 2, factor)];
    const { verdict } = compareResults(baseline, now, { name: "baseline", seed: pair + 1 });
    sum.verdicts[verdict]++;
    if (simple(baseline, now)) sum.simple++;
  }
  return sum;
}

const begun = performance.now();
const percent = (n: number) => `${((100 * n) / PAIRS).toFixed(1)} %`;
let alarms = 0;
let found = 1;
console.log(`${PAIRS} pairs of each kind, ${REPEATS} repeats of 200 responses each, whose levels differ by 3 %.`);
console.log(`Takes about ${Math.ceil(PAIRS / 25)} min. ${machine()}\n`);
const rows = kinds.map((kind) => {
  const [same, slower] = [tally(kind, 1), tally(kind, SLOWDOWN)];
  alarms = Math.max(alarms, same.verdicts.slower / PAIRS);
  if (!kind.told) found = Math.min(found, slower.verdicts.slower / PAIRS);
  return [
    kind.name,
    percent(same.verdicts.slower),
    percent(same.verdicts.faster),
    percent(same.verdicts.same),
    percent(same.verdicts["not enough data"]),
    percent(same.simple),
    percent(slower.verdicts.slower),
    percent(slower.verdicts["not enough data"]),
    percent(slower.simple),
  ];
});
printTable(
  [
    "scatter",
    'same agent: "slower" (target ≤ 5 %)',
    '"faster"',
    '"same"',
    "not enough data",
    "mean + 5 %",
    '10 % slower: "slower" (target ≥ 90 %)',
    "not enough data",
    "mean + 5 %",
  ],
  rows,
);
const compared = PAIRS * 2 * kinds.length;
console.log(`\n${((performance.now() - begun) / compared).toFixed(0)} ms a pair, making it up included.`);
process.exitCode = alarms <= 0.05 && found >= 0.9 ? 0 : 1;
