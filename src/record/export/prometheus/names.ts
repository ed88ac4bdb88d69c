import { type MetricName, metrics, unitOf } from "../../../model/metrics.ts";
import type { RecordedRun, Series } from "../../../model/series.ts";

export type Labels = Record<string, string>;

/** Labels that have a meaning of their own: an attribute of such a name gets a prefix, as Prometheus does. */
const OURS = new Set([
  "host",
  "workspace",
  "agent",
  "run",
  "version",
  "otel_name",
  "otel_unit",
  "otel_attributes",
  "le",
  "job",
  "instance",
]);

/** Unit suffixes of the OpenTelemetry → Prometheus compatibility specification, by UCUM. */
const UNITS: Record<string, string> = {
  s: "seconds",
  By: "bytes",
  "1": "ratio",
  Cel: "celsius",
  W: "watts",
  Hz: "hertz",
  "By/s": "bytes_per_second",
  // Seconds a second.
  "s/s": "ratio",
};

/** A metric's name in Prometheus: `process.memory.usage` in bytes is `process_memory_usage_bytes`. */
export function prometheusName(metric: string, unit: string): string {
  const base = sanitized(metric);
  const suffix = UNITS[unit] ?? (unit.endsWith("}/s") ? "per_second" : "");
  return suffix === "" || base.endsWith(`_${suffix}`) ? base : `${base}_${suffix}`;
}

export function nameOfSeries(series: Series): string {
  return prometheusName(series.metric, unitOf(series));
}

/** A label's name: letters, digits and underscores. */
function labelName(name: string): string {
  return sanitized(name).replaceAll(":", "_");
}

function sanitized(name: string): string {
  const plain = name.replace(/[^a-zA-Z0-9_:]+/g, "_").replace(/_+/g, "_");
  return /^\d/.test(plain) ? `_${plain}` : plain;
}

/** All labels of a series but for those of its run and machine. A metric that an agent names keeps its own names beside. */
export function labelsOf(series: Series): Labels {
  const { metric, agent, attributes = {} } = series;
  const all = Object.entries(attributes).map(([name, value]) => [attributeLabel(name), value] as const);
  return {
    ...Object.fromEntries(all),
    ...(agent !== undefined && { agent }),
    ...(!Object.hasOwn(metrics, metric) && ownNames(series)),
  };
}

function ownNames(series: Series): Labels {
  const names = Object.keys(series.attributes ?? {});
  const changed = names.some((name) => attributeLabel(name) !== name);
  return {
    otel_name: series.metric,
    otel_unit: unitOf(series),
    ...(changed && { otel_attributes: JSON.stringify(names.sort()) }),
  };
}

/** The label of an attribute. */
export function attributeLabel(name: string): string {
  const label = labelName(name);
  return OURS.has(label) || label.startsWith("__") ? `exported_${label}` : label;
}

export function runLabels(run: Pick<RecordedRun, "id" | "version"> | undefined): Labels {
  return run ? { run: run.id, ...(run.version !== undefined && { version: run.version }) } : {};
}

interface Catalogued {
  metric: MetricName;
  /** Attributes by their label. */
  attributes: Map<string, string>;
}

const CATALOGUE = new Map<string, Catalogued>(
  Object.entries(metrics).map(([metric, definition]) => [
    prometheusName(metric, definition.unit),
    {
      metric: metric as MetricName,
      attributes: new Map(
        ("attributes" in definition ? definition.attributes : []).map((name) => [attributeLabel(name), name]),
      ),
    },
  ]),
);

/** The way back from a name and labels: {@link nameOfSeries} and {@link labelsOf}. Undefined for what is no series of ours. */
export function seriesOf(name: string, labels: Readonly<Labels>): Series | undefined {
  const known = CATALOGUE.get(name);
  const metric = known?.metric ?? labels.otel_name;
  if (metric === undefined) return undefined;
  const names = known?.attributes ?? namedAttributes(labels.otel_attributes);
  const attributes = Object.entries(labels).flatMap(([label, value]) => {
    const attribute = names.get(label) ?? (known || OURS.has(label) || label.startsWith("__") ? undefined : label);
    return attribute === undefined ? [] : [[attribute, value] as const];
  });
  const { agent, otel_unit } = labels;
  return {
    metric,
    ...(agent !== undefined && agent !== "" && { agent }),
    ...(attributes.length > 0 && { attributes: Object.fromEntries(attributes) }),
    ...(!known && otel_unit !== undefined && { unit: otel_unit }),
  };
}

/** Attributes by their label. Whoever may write into an engine may have written it. */
function namedAttributes(text: string | undefined): Map<string, string> {
  try {
    const names: unknown = JSON.parse(text ?? "[]");
    if (!Array.isArray(names)) return new Map();
    return new Map(names.filter((name) => typeof name === "string").map((name) => [attributeLabel(name), name]));
  } catch {
    return new Map();
  }
}

/** `{a="b",c="d"}` in the text format; empty without labels. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
