import { type MetricName, metrics } from "../../model/metrics.ts";
import type { SeriesFilter } from "../../model/series.ts";
import { attributeLabel, prometheusName } from "../export/prometheus/names.ts";

/** Labels that tell runs and workspaces apart, which charts do not. */
export const APART = "run, version, workspace";

/** A label's matchers, e.g. `agent="helper"`. */
export type Matchers = Readonly<Record<string, string>>;

export function selector(name: string, matchers: Matchers): string {
  const parts = Object.entries(matchers).map(([label, value]) => `${label}=${quoted(value)}`);
  return parts.length === 0 ? name : `${name}{${parts.join(",")}}`;
}

/** Another workspace of the same machine may have an agent of the same name. */
export type WorkspaceFilter = SeriesFilter & { workspace?: string };

/** Who is asked for: an agent, none (`null`), a machine, a workspace. */
export function matchersOf({ agent, host, workspace }: WorkspaceFilter): Matchers {
  return {
    ...(agent !== undefined && { agent: agent ?? "" }),
    ...(host !== undefined && { host }),
    ...(workspace !== undefined && { workspace }),
  };
}

/** All series of a metric: by its name where we know its unit, else by the name that its agent gave it. */
export function metricSelector(
  metric: string,
  filter: WorkspaceFilter,
  attributes: Readonly<Record<string, string>> = {},
) {
  const matchers = {
    ...matchersOf(filter),
    ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [attributeLabel(name), value])),
  };
  if (Object.hasOwn(metrics, metric))
    return selector(prometheusName(metric, metrics[metric as MetricName].unit), matchers);
  return selector("", { otel_name: metric, ...matchers });
}

/** A range that holds what the store's bucket of the same time holds: `[t, t + seconds)`, evaluated at its end. */
export function within(selected: string, seconds: number): string {
  // PromQL's own begins after its start and includes its end; before Prometheus 3 it includes both, so that a reading in
  // just that millisecond is counted twice there.
  return `${selected}[${Math.round(seconds * 1000)}ms] offset 1ms`;
}

/** Several expressions in one answer, told apart by a label `figure`. */
export function together(expressions: Readonly<Record<string, string>>): string {
  return Object.entries(expressions)
    .map(([figure, expression]) => `label_replace(${expression}, "figure", "${figure}", "", "")`)
    .join(" or ");
}

function quoted(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
