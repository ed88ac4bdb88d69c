import { bucketOf } from "../../model/buckets.ts";
import type { SuiteHistogram, SuiteResult } from "../../model/suites.ts";

/** One metric of k6's end-of-test summary: `handleSummary` has its figures under `values`, `--summary-export` flat. */
type Metric = Record<string, unknown> & { values?: Record<string, unknown> };

interface Summary {
  metrics: Record<string, Metric>;
  state?: { testRunDurationMs?: unknown };
}

/** What results of k6 say for the name of a suite, of which k6 has none. */
export const K6_SUITE = "k6";

/** A JSON document with k6's metrics in it. */
export function isK6Summary(value: unknown): value is Summary {
  const { metrics } = Object(value) as { metrics?: unknown };
  return typeof metrics === "object" && metrics !== null && ("http_req_duration" in metrics || "iterations" in metrics);
}

/**
 * A summary of k6 as a result of one repeat: its percentiles, in milliseconds, become a histogram that has just them, so
 * that what lies between is a straight line. Sub-metrics of scenarios (`http_req_duration{scenario:chat}`, which our
 * export asks for) become scenarios.
 * @throws when it has no HTTP requests
 */
export function fromK6Summary({ metrics, state }: Summary, file: string): SuiteResult {
  const named = Object.keys(metrics).flatMap((name) => /^http_req_duration\{scenario:([^}]+)\}$/.exec(name)?.[1] ?? []);
  const parts: [scenario: string, suffix: string][] =
    named.length > 0 ? named.map((name) => [name, `{scenario:${name}}`]) : [["k6", ""]];
  const seconds = numeric(state?.testRunDurationMs) / 1000 || undefined;
  const scenarios = Object.fromEntries(
    parts.map(([name, suffix]) => {
      const durations = figuresOf(metrics[`http_req_duration${suffix}`]);
      const requests = figuresOf(metrics[`http_reqs${suffix}`] ?? metrics.http_reqs);
      const failed = failures(metrics[`http_req_failed${suffix}`] ?? metrics.http_req_failed);
      const count = requests.get("count");
      if (count === undefined || durations.size === 0)
        throw new Error(`${file} is a summary of k6 without HTTP requests: nothing in it can be compared.`);
      const rate = requests.get("rate") ?? 0;
      const repeat = {
        order: 0,
        started: 0,
        duration: seconds ?? (rate > 0 ? count / rate : 0),
        requests: count,
        errors: failed > 0 ? { failed: Math.round(failed * count) } : {},
        cancelled: 0,
        intendedRate: null,
        rate,
        goodput: rate * (1 - failed),
        inputTokens: 0,
        outputTokens: 0,
        histograms: { duration: histogramOf(durations, count) },
        lateness: { p99: 0, max: 0 },
      };
      return [name, { queryType: name, target: "k6", load: "k6", repeats: [repeat] }];
    }),
  );
  return {
    version: 1,
    suite: K6_SUITE,
    file,
    started: 0,
    ended: seconds ?? 0,
    status: "complete",
    scenarios,
    objectives: [],
    environment: { machine: { cpu: "", cores: 0, memory: 0, os: "" }, gpus: [], node: "", models: {}, version: "" },
    machine: { verdict: "quiet", variation: {}, notes: ["k6 tells nothing of its machine."] },
    kept: [],
  };
}

function figuresOf(metric: Metric | undefined): Map<string, number> {
  const entries = Object.entries(metric?.values ?? metric ?? {});
  return new Map(entries.flatMap(([name, value]) => (Number.isFinite(numeric(value)) ? [[name, numeric(value)]] : [])));
}

/** A rate is `rate` in handleSummary and `value` in an export. */
function failures(metric: Metric | undefined): number {
  const figures = figuresOf(metric);
  return figures.get("rate") ?? figures.get("value") ?? 0;
}

/** So many points draw any course between a few percentiles. */
const POINTS = 10_000;

/** Counts between neighbouring percentiles, spread evenly. */
function histogramOf(figures: ReadonlyMap<string, number>, requests: number): SuiteHistogram {
  const count = Math.min(requests, POINTS);
  const known: [quantile: number, milliseconds: number][] = [];
  for (const [name, value] of figures) {
    const quantile = name === "min" ? 0 : name === "med" ? 0.5 : name === "max" ? 1 : percentileOf(name);
    if (quantile !== undefined) known.push([quantile, value]);
  }
  known.sort(([a], [b]) => a - b);
  const counts = new Map<number, number>();
  let [before] = known;
  let placed = 0;
  for (const point of known) {
    if (!before) break;
    const until = Math.round(point[0] * count);
    for (let i = placed; i < until; i++) {
      const share = (i + 1 - before[0] * count) / Math.max(1, (point[0] - before[0]) * count);
      const value = before[1] + Math.min(1, Math.max(0, share)) * (point[1] - before[1]);
      const bucket = bucketOf(value * 1000);
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    }
    placed = Math.max(placed, until);
    before = point;
  }
  return [...counts].sort(([a], [b]) => a - b);
}

function percentileOf(name: string): number | undefined {
  const [, percent] = /^p\((\d+(?:\.\d+)?)\)$/.exec(name) ?? [];
  return percent === undefined ? undefined : Number(`${percent}e-2`);
}

const numeric = (value: unknown) => (typeof value === "number" ? value : Number.NaN);
