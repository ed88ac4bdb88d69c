import { type Series, unitOf } from "../../../model/series.ts";

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
export function labelName(name: string): string {
  return sanitized(name).replaceAll(":", "_");
}

function sanitized(name: string): string {
  const plain = name.replace(/[^a-zA-Z0-9_:]+/g, "_").replace(/_+/g, "_");
  return /^\d/.test(plain) ? `_${plain}` : plain;
}

/** `{a="b",c="d"}` in the text format; empty without labels. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
