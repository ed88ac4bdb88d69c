import { randomBytes } from "node:crypto";
import { type MetricName, metrics, unitOf } from "../../../model/metrics.ts";
import type { Reading, RecordedResponse, RecordedRun, RecordedSummary, Series } from "../../../model/series.ts";
import { DURATION_BOUNDS, FIRST_TOKEN_BOUNDS, Histogram, TOKEN_BOUNDS } from "../histogram.ts";
import type { Attributes, GaugePoint, Metric, Scoped, Span } from "./encode.ts";

/** Histograms at a time: agents name their query types and models. */
const MOST_HISTOGRAMS = 2000;
/** Spans that wait for the next request. */
const MOST_SPANS = 10_000;
/** Counts of a run that ended are told for so long (s). */
const TOLD_AFTER_END = 60;

const HISTOGRAMS = {
  "agent_vitals.response.duration": { unit: "s", description: "How long responses took", bounds: DURATION_BOUNDS },
  "agent_vitals.response.time_to_first_token": {
    unit: "s",
    description: "Until the first token",
    bounds: FIRST_TOKEN_BOUNDS,
  },
  "gen_ai.client.operation.duration": { unit: "s", description: "GenAI operation duration", bounds: DURATION_BOUNDS },
  "gen_ai.server.time_to_first_token": {
    unit: "s",
    description: "Time to the first token of a successful response",
    bounds: FIRST_TOKEN_BOUNDS,
  },
  "gen_ai.client.token.usage": { unit: "{token}", description: "Input and output tokens used", bounds: TOKEN_BOUNDS },
} as const;

interface Kept {
  name: keyof typeof HISTOGRAMS;
  agent: string;
  run: string | undefined;
  attributes: Attributes;
  /** Since when it counts: a receiver tells a restart by it. */
  start: number;
  histogram: Histogram;
}

/** An agent's run that is told, with the attributes of its resource. */
interface Told {
  run: RecordedRun | undefined;
  endedAt?: number;
}

/** Everything that is recorded, as OpenTelemetry's metrics and spans: gathered until they are taken. */
export class OtlpSeries {
  readonly #resource: Attributes;
  readonly #spansWanted: boolean;
  readonly #now: () => number;
  readonly #runs = new Map<string, Told>();
  readonly #kept = new Map<string, Kept>();
  #readings = new Map<Series, GaugePoint[]>();
  #spans: { agent: string; run: string | undefined; span: Span }[] = [];
  #lost = 0;
  /** Counts are no older than this. */
  readonly #began: number;

  /** @param resource of this machine, beside what is told of an agent */
  constructor(resource: Attributes, options: { spans: boolean; now: () => number }) {
    this.#resource = resource;
    this.#spansWanted = options.spans;
    this.#now = options.now;
    this.#began = options.now();
  }

  /** Spans and histograms one too many. */
  get lost(): number {
    return this.#lost;
  }

  readings(batch: readonly Reading[]): void {
    for (const { series, time, value } of batch) {
      if (!Number.isFinite(value) || !Number.isFinite(time)) continue;
      const points = this.#readings.get(series);
      const point = { attributes: series.attributes ?? {}, time, value };
      if (points) points.push(point);
      else this.#readings.set(series, [point]);
    }
  }

  response(agent: string, response: RecordedResponse, sign: 1 | -1): void {
    const { queryType, model, outcome, duration, timeToFirstToken, errorType, inputTokens, outputTokens } = response;
    const kind = { "agent_vitals.query_type": queryType };
    const failed = outcome === "error" ? { "error.type": errorType ?? "_OTHER" } : {};
    const ended = { ...kind, "agent_vitals.outcome": outcome, ...failed };
    this.#count("agent_vitals.response.duration", agent, ended, duration, sign);
    if (timeToFirstToken !== undefined)
      this.#count("agent_vitals.response.time_to_first_token", agent, kind, timeToFirstToken, sign);
    if (model !== undefined) {
      const call = { "gen_ai.operation.name": "chat", "gen_ai.request.model": model, "gen_ai.provider.name": "_OTHER" };
      if (outcome !== "cancelled")
        this.#count("gen_ai.client.operation.duration", agent, { ...call, ...failed }, duration, sign);
      if (timeToFirstToken !== undefined && outcome === "ok")
        this.#count("gen_ai.server.time_to_first_token", agent, call, timeToFirstToken, sign);
      for (const [type, tokens] of [
        ["input", inputTokens],
        ["output", outputTokens],
      ] as const)
        if (tokens !== undefined)
          this.#count("gen_ai.client.token.usage", agent, { ...call, "gen_ai.token.type": type }, tokens, sign);
    }
    if (this.#spansWanted) this.#span(agent, response, sign);
  }

  summary(agent: string, { queryType, count, errors, cancelled, durations, timeToFirstToken }: RecordedSummary): void {
    const kind = { "agent_vitals.query_type": queryType };
    // Durations of a summary are not told by outcome.
    const outcome = errors === count && count > 0 ? "error" : cancelled === count && count > 0 ? "cancelled" : "ok";
    for (const [microseconds, n] of durations.buckets)
      this.#count(
        "agent_vitals.response.duration",
        agent,
        { ...kind, "agent_vitals.outcome": outcome },
        microseconds / 1e6,
        n,
      );
    for (const [microseconds, n] of timeToFirstToken?.buckets ?? [])
      this.#count("agent_vitals.response.time_to_first_token", agent, kind, microseconds / 1e6, n);
  }

  run(run: RecordedRun): void {
    if (run.end === undefined) this.#runs.set(run.agent, { run });
    else if (this.#runs.get(run.agent)?.run?.id === run.id) this.#runs.set(run.agent, { run, endedAt: this.#now() });
  }

  /** Readings since it was asked last, and all counts as they stand. */
  takeMetrics(): { all: Scoped<Metric>[]; points: number } {
    const byResource = new Map<string, { resource: Attributes; metrics: Map<string, Metric> }>();
    let points = 0;
    const metricsOf = (agent: string | undefined, run: RecordedRun | undefined) => {
      const key = `${agent ?? ""}\u0000${run?.id ?? ""}`;
      const known = byResource.get(key) ?? { resource: this.#resourceOf(agent, run), metrics: new Map() };
      byResource.set(key, known);
      return known.metrics;
    };
    for (const [series, gauge] of this.#readings) {
      const { agent, metric } = series;
      const all = metricsOf(agent, agent === undefined ? undefined : this.#runs.get(agent)?.run);
      const known = all.get(metric)?.points;
      if (known && "gauge" in known) (known.gauge as GaugePoint[]).push(...gauge);
      else all.set(metric, { name: metric, unit: unitOf(series), description: describe(metric), points: { gauge } });
      points += gauge.length;
    }
    this.#readings = new Map();
    const time = this.#now();
    for (const { name, agent, run, attributes, start, histogram } of this.#living(time)) {
      const told = this.#runs.get(agent)?.run;
      const all = metricsOf(agent, told?.id === run ? told : undefined);
      const { unit, description, bounds } = HISTOGRAMS[name];
      const { count, sum, counts } = histogram;
      const point = { attributes, start, time, count, sum, bounds, counts: [...counts] };
      const known = all.get(name)?.points;
      if (known && "histogram" in known) (known.histogram as (typeof point)[]).push(point);
      else all.set(name, { name, unit, description, points: { histogram: [point] } });
      points++;
    }
    const all = [...byResource.values()].map(({ resource, metrics: items }) => ({
      resource,
      items: [...items.values()],
    }));
    return { all, points };
  }

  takeSpans(): { all: Scoped<Span>[]; points: number } {
    const spans = this.#spans;
    this.#spans = [];
    const groups = new Map<string, { resource: Attributes; items: Span[] }>();
    for (const { agent, run, span } of spans) {
      const key = `${agent}\u0000${run ?? ""}`;
      const told = this.#runs.get(agent)?.run;
      const group = groups.get(key) ?? {
        resource: this.#resourceOf(agent, told?.id === run ? told : undefined),
        items: [],
      };
      groups.set(key, group);
      group.items.push(span);
    }
    const all = [...groups.values()];
    return { all, points: spans.length };
  }

  /** Of the present run, or of one that ended just now. */
  *#living(now: number): Iterable<Kept> {
    for (const [key, kept] of this.#kept) {
      const { run, endedAt } = this.#runs.get(kept.agent) ?? {};
      if (run?.id !== kept.run || (endedAt !== undefined && endedAt < now - TOLD_AFTER_END)) this.#kept.delete(key);
      else yield kept;
    }
  }

  #resourceOf(agent: string | undefined, run: RecordedRun | undefined): Attributes {
    return {
      ...this.#resource,
      "service.name": agent ?? "agent-vitals",
      ...(run && {
        "service.instance.id": run.id,
        "process.pid": run.pid,
        ...(run.version !== undefined && { "service.version": run.version }),
        ...(run.runtime !== undefined && { "process.runtime.description": run.runtime }),
      }),
    };
  }

  #count(name: keyof typeof HISTOGRAMS, agent: string, attributes: Attributes, value: number, n: number): void {
    const run = this.#runs.get(agent)?.run;
    const key = JSON.stringify([name, agent, run?.id, attributes]);
    let kept = this.#kept.get(key);
    if (!kept) {
      if (this.#kept.size >= MOST_HISTOGRAMS) {
        this.#lost++;
        return;
      }
      const histogram = new Histogram(HISTOGRAMS[name].bounds);
      // A receiver knows a count that began anew by its start.
      kept = { name, agent, run: run?.id, attributes, start: Math.max(run?.start ?? 0, this.#began), histogram };
      this.#kept.set(key, kept);
    }
    kept.histogram.add(value, n);
  }

  #span(agent: string, response: RecordedResponse, sign: 1 | -1): void {
    if (sign < 0) {
      // One that was sent already stays with its receiver.
      const at = this.#spans.findLastIndex(
        (one) =>
          one.agent === agent &&
          one.span.start === response.start &&
          one.span.attributes["agent_vitals.query_type"] === response.queryType,
      );
      if (at >= 0) this.#spans.splice(at, 1);
      return;
    }
    if (this.#spans.length >= MOST_SPANS) {
      this.#lost++;
      return;
    }
    this.#spans.push({ agent, run: this.#runs.get(agent)?.run?.id, span: spanOf(response) });
  }
}

function spanOf(response: RecordedResponse): Span {
  const { queryType, start, duration, timeToFirstToken, outcome, errorType, model, inputTokens, outputTokens } =
    response;
  const { turnId, traceId, spanId } = response;
  const attributes = {
    "agent_vitals.query_type": queryType,
    "agent_vitals.outcome": outcome,
    ...(timeToFirstToken !== undefined && { "agent_vitals.time_to_first_token": timeToFirstToken }),
    ...(turnId !== undefined && { "agent_vitals.turn.id": turnId }),
    ...(model !== undefined && {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "_OTHER",
      "gen_ai.request.model": model,
    }),
    ...(inputTokens !== undefined && { "gen_ai.usage.input_tokens": inputTokens }),
    ...(outputTokens !== undefined && { "gen_ai.usage.output_tokens": outputTokens }),
    ...(outcome === "error" && { "error.type": errorType ?? "_OTHER" }),
  };
  const known = isId(traceId, 32) && isId(spanId, 16);
  return {
    traceId: isId(traceId, 32) ? traceId : randomBytes(16).toString("hex"),
    spanId: known ? spanId : randomBytes(8).toString("hex"),
    name: model === undefined ? queryType : `chat ${model}`,
    kind: model === undefined ? 1 : 3,
    start,
    end: start + duration,
    attributes,
    ...(outcome === "error" && { error: errorType ?? "" }),
  };
}

const isId = (id: string | undefined, digits: number): id is string =>
  id !== undefined && id.length === digits && /^[0-9a-f]+$/.test(id);

function describe(metric: string): string {
  return Object.hasOwn(metrics, metric) ? metrics[metric as MetricName].description : "";
}
