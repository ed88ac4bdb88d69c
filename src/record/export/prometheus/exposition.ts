import { metrics, unitOf } from "../../../model/metrics.ts";
import {
  type Reading,
  type RecordedResponse,
  type RecordedRun,
  type RecordedSummary,
  seriesKey,
} from "../../../model/series.ts";
import { type Labels, labelsOf, labelText, nameOfSeries, runLabels } from "./names.ts";
import { type Family, ResponseCounters } from "./responseCounters.ts";

/** A gauge that nobody told for so long (s) is stale. */
const STALE = 300;
/** Series that are told at most: agents name their own. */
const MOST_SERIES = 5000;

interface Gauge {
  name: string;
  help: string;
  agent: string | undefined;
  labels: Labels;
  value: number;
  time: number;
}

/** What a scrape is told: the last value of each series, and counters since the collector's start. */
export class Exposition {
  readonly #common: Labels;
  readonly #now: () => number;
  readonly #gauges = new Map<string, Gauge>();
  readonly #counters: ResponseCounters;

  /** @param common labels of every series */
  constructor(common: Labels, now: () => number) {
    this.#common = common;
    this.#now = now;
    this.#counters = new ResponseCounters(now);
  }

  readings(batch: readonly Reading[]): void {
    for (const { series, time, value } of batch) {
      const key = seriesKey(series);
      const known = this.#gauges.get(key);
      if (known) {
        known.value = value;
        known.time = time;
      } else if (this.#gauges.size < MOST_SERIES) {
        const help = Object.hasOwn(metrics, series.metric)
          ? metrics[series.metric as keyof typeof metrics].description
          : `${series.metric} as the agent tells it, in ${unitOf(series)}`;
        const { agent } = series;
        this.#gauges.set(key, { name: nameOfSeries(series), help, agent, labels: labelsOf(series), value, time });
      }
    }
  }

  response(agent: string, response: RecordedResponse, sign: 1 | -1): void {
    this.#counters.response(agent, response, sign);
  }

  summary(agent: string, summary: RecordedSummary): void {
    this.#counters.summary(agent, summary);
  }

  run(run: RecordedRun): void {
    this.#counters.run(run);
    if (run.end === undefined) return;
    for (const [key, { agent }] of this.#gauges) if (agent === run.agent) this.#gauges.delete(key);
  }

  /** Prometheus' text format 0.0.4. */
  text(): string {
    return [...this.#gaugeFamilies(), ...this.#counters.families()]
      .map(({ name, type, help, samples }) => {
        const lines = samples.map((one) => `${one.name}${labelText({ ...this.#common, ...one.labels })} ${one.value}`);
        return `# HELP ${name} ${oneLine(help)}\n# TYPE ${name} ${type}\n${lines.join("\n")}\n`;
      })
      .join("");
  }

  #gaugeFamilies(): Iterable<Family> {
    const families = new Map<string, Family>();
    const fresh = this.#now() - STALE;
    for (const [key, gauge] of this.#gauges) {
      const { name, help, agent, labels, value, time } = gauge;
      if (time < fresh) {
        this.#gauges.delete(key);
        continue;
      }
      let family = families.get(name);
      if (!family) {
        family = { name, type: "gauge", help, samples: [] };
        families.set(name, family);
      }
      const run = agent === undefined ? {} : runLabels(this.#counters.runOf(agent));
      family.samples.push({ name, labels: { ...labels, ...run }, value });
    }
    return families.values();
  }
}

const oneLine = (text: string) => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
