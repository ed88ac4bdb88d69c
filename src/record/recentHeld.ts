import type { HeldByRun, HeldSeries } from "../model/heldSeries.ts";
import { type MetricDefinition, type MetricName, metrics } from "../model/metrics.ts";
import type { Reading, RecordedRun } from "../model/series.ts";
import { CourseRing } from "./courseRing.ts";
import { nowhere } from "./sinks.ts";

/** Series of an agent that are kept; what it names itself is none of them. */
const MOST_SERIES = 64;

export interface RecentHeldOptions {
  /** Seconds of a clock that nobody sets. */
  clock: () => number;
  /** Unix seconds. */
  now: () => number;
  /** What an agent has done since its run began. */
  workOf: (agent: string) => { turns: number; responses: number };
}

interface Recent {
  runId: string;
  /** Unix seconds. */
  start: number;
  series: Map<string, { metric: MetricName; attributes?: Readonly<Record<string, string>>; ring: CourseRing }>;
  work: CourseRing;
  /** How many want nothing to be taken in: what a snapshot or a hunt does to the agent is none of its own. */
  paused: number;
}

/** A sink that keeps the last window of what each agent's living run holds, in memory. */
export class RecentHeld {
  readonly #options: RecentHeldOptions;
  readonly #agents = new Map<string, Recent>();
  /** Seconds. */
  window = 1200;

  readonly sink = {
    ...nowhere,
    readings: (batch: readonly Reading[]) => this.#readings(batch),
    run: (run: RecordedRun) => this.#run(run),
  };

  constructor(options: RecentHeldOptions) {
    this.#options = options;
  }

  /** Agents with a living run. */
  agents(): string[] {
    return [...this.#agents.keys()];
  }

  /** Takes nothing in until as many times {@link resume}. */
  pause(agent: string): void {
    const recent = this.#agents.get(agent);
    if (recent) recent.paused++;
  }
  resume(agent: string): void {
    const recent = this.#agents.get(agent);
    if (recent && recent.paused > 0) recent.paused--;
  }

  of(agent: string): HeldByRun | undefined {
    const recent = this.#agents.get(agent);
    if (!recent) return undefined;
    const { clock, now } = this.#options;
    const shift = now() - clock();
    const shown = (ring: CourseRing) => ring.times().map((time) => time + shift);
    const series = [...recent.series.values()].map(
      ({ metric, attributes, ring }): HeldSeries => ({
        metric,
        time: shown(ring),
        value: ring.column(0),
        ...(attributes && { attributes }),
      }),
    );
    const { work, runId, start } = recent;
    return {
      runId,
      start,
      series,
      work: { time: shown(work), turns: work.column(0), responses: work.column(1) },
    };
  }

  #run({ id, agent, start, end }: RecordedRun): void {
    const known = this.#agents.get(agent);
    if (end !== undefined) {
      if (known?.runId === id) this.#agents.delete(agent);
    } else if (known?.runId !== id)
      this.#agents.set(agent, { runId: id, start, series: new Map(), work: new CourseRing(2), paused: 0 });
  }

  #readings(batch: readonly Reading[]): void {
    const agent = batch[0]?.series.agent;
    const recent = agent === undefined ? undefined : this.#agents.get(agent);
    if (!recent || agent === undefined || recent.paused > 0) return;
    const time = this.#options.clock();
    let any = false;
    for (const [series, value] of heldIn(batch)) {
      const key = series.attributes ? `${series.metric} ${JSON.stringify(series.attributes)}` : series.metric;
      let one = recent.series.get(key);
      if (!one) {
        if (recent.series.size >= MOST_SERIES) continue;
        one = { ...series, ring: new CourseRing() };
        recent.series.set(key, one);
      }
      one.ring.push(time, [value], this.window);
      any = true;
    }
    if (!any) return;
    const { turns, responses } = this.#options.workOf(agent);
    recent.work.push(time, [turns, responses], this.window);
  }
}

interface Held {
  metric: MetricName;
  attributes?: Readonly<Record<string, string>>;
}

const definitions: Readonly<Record<string, MetricDefinition>> = metrics;
const SOCKETS = "agent_vitals.process.sockets";

/** What of a batch is held; sockets of all states together. */
function* heldIn(batch: readonly Reading[]): Generator<[Held, number]> {
  let sockets: number | undefined;
  for (const { series, value } of batch) {
    const { metric, attributes } = series;
    if (metric === SOCKETS) sockets = (sockets ?? 0) + value;
    else if (Object.hasOwn(definitions, metric) && definitions[metric]?.held)
      yield [{ metric: metric as MetricName, ...(attributes && { attributes }) }, value];
  }
  if (sockets !== undefined) yield [{ metric: SOCKETS }, sockets];
}
