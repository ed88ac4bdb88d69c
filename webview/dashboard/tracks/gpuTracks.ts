import { formatBytes, formatPercent } from "../../../src/model/format.ts";
import type { GpuReading, GpuSample } from "../../../src/model/resources.ts";
import { type ChartData, gaugesOf, sum } from "../history/chartData.ts";
import { gaugeTrack, valueAt } from "./gaugeTrack.ts";
import type { Track, TrackOptions } from "./track.ts";

const HEIGHT = 50;
/** More GPUs than this fold away. */
const GPUS_SHOWN = 2;

interface Gpu {
  id: string;
  /** As titles name it: nothing while it is the only one. */
  place: string;
  sample: GpuSample | undefined;
}

/** Two tracks a GPU: how busy it is, and its memory with the agent's share of it. */
export function gpuTracks(data: ChartData, reading: GpuReading | undefined, options: TrackOptions): Track[] {
  const all = gpusOf(data, reading);
  return all.flatMap((gpu, i) => {
    const folded = i >= GPUS_SHOWN;
    return [busyTrack(gpu, data, folded, options), memoryTrack(gpu, data, folded, options)];
  });
}

/** Those that are read now, and those that were. */
function gpusOf(data: ChartData, reading: GpuReading | undefined): Gpu[] {
  const samples = reading?.gpus ?? [];
  const recorded = [...gaugesOf(data, "hw.gpu.utilization"), ...gaugesOf(data, "hw.gpu.memory.usage")];
  const ids = [...samples.map(({ id }) => id), ...recorded.flatMap(({ series }) => series.attributes?.["hw.id"] ?? [])];
  return [...new Set(ids)].map((id, i, { length }) => {
    const sample = samples.find((s) => s.id === id);
    return { id, place: length > 1 ? ` ${sample?.index ?? i}` : "", sample };
  });
}

function busyTrack({ id, place, sample }: Gpu, data: ChartData, folded: boolean, options: TrackOptions): Track {
  const of = { "hw.id": id };
  const temperature = sum(gaugesOf(data, "hw.temperature", of));
  const throttled = sum(gaugesOf(data, "agent_vitals.gpu.throttled", of));
  const busy = sum(gaugesOf(data, "hw.gpu.utilization", of));
  return gaugeTrack(
    {
      id: `gpu-busy ${id}`,
      title: `GPU${place} busy`,
      height: HEIGHT,
      lines: [{ name: "busy", gauge: busy, style: "area" }],
      format: (value) => formatPercent(value),
      least: 1,
      note: (at) => {
        if (!busy && sample?.missing.utilization) return sample.missing.utilization;
        const celsius = valueAt({ gauge: temperature }, at) ?? (at === undefined ? sample?.celsius : undefined);
        const held = (valueAt({ gauge: throttled }, at) ?? 0) > 0;
        const reasons = at === undefined && sample?.throttle?.length ? `: ${sample.throttle.join(", ")}` : "";
        const heat = celsius === undefined ? [] : [`${Math.round(celsius)} °C`];
        return [...heat, ...(held ? [`held down${reasons}`] : [])].join(", ");
      },
      folded,
    },
    options,
  );
}

function memoryTrack({ id, place, sample }: Gpu, data: ChartData, folded: boolean, options: TrackOptions): Track {
  const of = { "hw.id": id };
  const used = sum(gaugesOf(data, "hw.gpu.memory.usage", of));
  const own = sum(gaugesOf(data, "agent_vitals.process.gpu.memory", of));
  const limit = valueAt({ gauge: sum(gaugesOf(data, "hw.gpu.memory.limit", of)) }, undefined) ?? sample?.memoryTotal;
  return gaugeTrack(
    {
      id: `gpu-memory ${id}`,
      title: `GPU${place} memory`,
      height: HEIGHT,
      lines: [
        { name: "used", gauge: used, style: own ? "one" : "area", text: (value) => ofLimit(value, limit) },
        ...(own ? [{ name: "agent", gauge: own, style: "area" as const }] : []),
      ],
      format: formatBytes,
      binary: true,
      limit,
      always: true,
      note: (at) => {
        if (!used && sample?.missing.memory) return sample.missing.memory;
        return own || at !== undefined ? "" : (sample?.missing.processes ?? "");
      },
      folded,
    },
    options,
  );
}

/** `23.4 of 24.0 GiB`. */
function ofLimit(used: number, limit: number | undefined): string {
  if (limit === undefined) return formatBytes(used);
  const [whole, unit = ""] = formatBytes(limit).split(" ");
  const [figure, same] = formatBytes(used).split(" ");
  return same === unit ? `${figure} of ${whole} ${unit}` : `${figure} ${same} of ${whole} ${unit}`;
}
