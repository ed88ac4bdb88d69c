import { formatBytes, formatDuration, formatPercent } from "../../../model/format.ts";
import { metrics } from "../../../model/metrics.ts";
import type { SuiteResources, SuiteScenarioResult } from "../../../model/suites.ts";
import type { ReportTable } from "../rows.ts";

/** What explains a figure of the suite; the result has more. Beside these all of GPUs and model servers. */
const SHOWN = [
  "process.cpu.utilization",
  "process.memory.usage",
  "v8js.memory.heap.used",
  "v8js.memory.external",
  "process.unix.file_descriptor.count",
  "process.thread.count",
  "nodejs.eventloop.delay.p99",
  "agent_vitals.process.gpu.memory",
  "system.cpu.utilization",
  "system.memory.usage",
];
const SHOWN_KINDS = ["hw.gpu.utilization", "hw.gpu.memory.usage", "agent_vitals.model_server."];

/** What the agent, its machine and its model server used in the last repeat of each scenario that was watched. */
export function resourceTable(scenarios: Record<string, SuiteScenarioResult>): ReportTable {
  const rows = Object.entries(scenarios).flatMap(([name, { repeats }]) => {
    const last = repeats.findLast(({ resources }) => resources !== undefined)?.resources;
    return last ? rowsOf(name, last) : [];
  });
  const right = true;
  const columns = [
    { title: "Scenario" },
    { title: "Resource" },
    { title: "Mean", right },
    { title: "Max", right },
    { title: "First", right },
    { title: "Last", right },
    { title: "Growth a minute", right },
    { title: "" },
  ];
  return { columns, rows };
}

function rowsOf(scenario: string, { gauges, growth }: SuiteResources): string[][] {
  return Object.entries(gauges)
    .filter(([name]) => SHOWN.includes(bare(name)) || SHOWN_KINDS.some((kind) => name.startsWith(kind)))
    .sort(([a], [b]) => placeOf(a) - placeOf(b))
    .map(([name, { mean, max, first, last }]) => {
      const figure = (value: number) => figureOf(bare(name), value);
      const own = growth[name];
      const grown = own ? `${figure(own.value * 60)} [${figure(own.from * 60)}, ${figure(own.to * 60)}]` : "–";
      return [scenario, name, figure(mean), figure(max), figure(first), figure(last), grown, own?.verdict ?? ""];
    });
}

function figureOf(metric: string, value: number): string {
  const unit = Object.hasOwn(metrics, metric) ? metrics[metric as keyof typeof metrics].unit : "";
  if (unit === "By") return formatBytes(value);
  if (unit === "s") return formatDuration(value);
  if (unit === "1" || metric.endsWith(".utilization")) return formatPercent(value);
  return String(Number(value.toPrecision(3)));
}

function placeOf(name: string): number {
  const place = SHOWN.indexOf(bare(name));
  return place === -1 ? SHOWN.length : place;
}

/** Without which of several it is. */
const bare = (name: string) => name.replace(/ \(.*\)$/, "");
