import { formatAge, formatBytes, formatCount, formatPercent } from "../../../src/model/format.ts";
import type { ProcessRow } from "../../../src/model/resources.ts";

/** A column of the table of processes: how it is sorted and said; what the system does not tell has no figure. */
export interface ProcessColumn {
  id: keyof ProcessRow | "uptime";
  title: string;
  /** Figures are right-aligned and sorted the greatest first. */
  number: boolean;
  value: (row: ProcessRow, now: number) => number | string | undefined;
  text: (row: ProcessRow, now: number) => string;
}

function figure(
  id: ProcessColumn["id"],
  title: string,
  value: (row: ProcessRow, now: number) => number | undefined,
  format: (value: number) => string,
): ProcessColumn {
  const text = (row: ProcessRow, now: number) => {
    const known = value(row, now);
    return known === undefined ? "–" : format(known);
  };
  return { id, title, number: true, value, text };
}

const rate = (value: number) => `${formatBytes(value)}/s`;

/** All columns, in their order. */
export const processColumns: readonly ProcessColumn[] = [
  { id: "name", title: "Process", number: false, value: ({ name }) => name, text: ({ name }) => name },
  figure("pid", "pid", ({ pid }) => pid, String),
  figure(
    "cpu",
    "CPU",
    ({ cpu }) => cpu,
    (v) => formatPercent(v, v < 0.1 ? 1 : 0),
  ),
  figure("memory", "Memory", ({ memory }) => memory, formatBytes),
  figure("threads", "Threads", ({ threads }) => threads, formatCount),
  figure("fileDescriptors", "Files", ({ fileDescriptors }) => fileDescriptors, formatCount),
  figure("readRate", "Disk read", ({ readRate }) => readRate, rate),
  figure("writeRate", "Disk write", ({ writeRate }) => writeRate, rate),
  figure("gpuMemory", "GPU memory", ({ gpuMemory }) => gpuMemory, formatBytes),
  figure("uptime", "Up", ({ startTime }, now) => now - startTime, formatAge),
];

export interface ProcessOrder {
  column: ProcessColumn["id"];
  descending: boolean;
}

/** Rows in an order; those without a figure come last, equals by pid. */
export function sorted(rows: readonly ProcessRow[], { column, descending }: ProcessOrder, now: number): ProcessRow[] {
  const by = processColumns.find(({ id }) => id === column);
  if (!by) return [...rows];
  return rows.toSorted((a, b) => {
    const [x, y] = [by.value(a, now), by.value(b, now)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined) || a.pid - b.pid;
    const order = typeof x === "string" ? x.localeCompare(String(y)) : x - Number(y);
    return (descending ? -order : order) || a.pid - b.pid;
  });
}
