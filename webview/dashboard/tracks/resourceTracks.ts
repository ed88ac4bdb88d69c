import { formatBytes, formatCount, formatDuration, formatPercent } from "../../../src/model/format.ts";
import type { MetricName } from "../../../src/model/metrics.ts";
import { type ChartData, gaugesOf, sum } from "../history/chartData.ts";
import { type GaugeTrackOptions, gaugeTrack, valueAt } from "./gaugeTrack.ts";
import type { Track, TrackOptions } from "./track.ts";

const HEIGHTS = { low: 50, memory: 60, threeFigures: 64 };

const one = (data: ChartData, metric: MetricName, attributes?: Record<string, string>) =>
  sum(gaugesOf(data, metric, attributes));
const has = (data: ChartData, metric: MetricName) => gaugesOf(data, metric).length > 0;
const rate = (bytes: number) => `${formatBytes(bytes)}/s`;
const count = (n: number) => formatCount(Math.round(n));

/** CPU of all the agent's processes, of one core, and of the whole machine. */
export function cpuTrack(data: ChartData, options: TrackOptions): Track {
  const agent = one(data, "agent_vitals.process.cpu.cores");
  const machine = one(data, "system.cpu.utilization", { "cpu.logical_number": "" });
  const processes = one(data, "agent_vitals.process.count");
  return gaugeTrack(
    {
      id: "cpu",
      title: "CPU",
      height: HEIGHTS.low,
      lines: [
        { name: "agent", gauge: agent, style: "area" },
        ...(machine ? [{ name: "machine", gauge: machine, style: "second" as const }] : []),
      ],
      format: (value) => formatPercent(value),
      least: 1,
      note: (at) => {
        const n = valueAt({ gauge: processes }, at);
        const words = n === undefined ? "" : `, ${count(n)} process${Math.round(n) === 1 ? "" : "es"}`;
        return `agent: of a core${words}; machine: of all cores`;
      },
    },
    options,
  );
}

/** Heap and resident set, the heap's limit once it is near. */
export function memoryTrack(data: ChartData, options: TrackOptions): Track {
  const heap = one(data, "v8js.memory.heap.used");
  const rss = one(data, "process.memory.usage");
  const limit = valueAt({ gauge: one(data, "v8js.memory.heap.limit") }, undefined);
  return gaugeTrack(
    {
      id: "memory",
      title: "Memory",
      height: HEIGHTS.memory,
      lines: [
        ...(heap ? [{ name: "heap", gauge: heap, style: "area" as const }] : []),
        { name: "RSS", gauge: rss, style: heap ? "second" : "area" },
      ],
      format: formatBytes,
      binary: true,
      limit,
    },
    options,
  );
}

/** How long the event loop let things wait, as the probe reads it: the longest, and the p99 of a second. */
export function eventLoopTracks(data: ChartData, options: TrackOptions): Track[] {
  if (!has(data, "nodejs.eventloop.delay.max")) return [];
  const busy = one(data, "nodejs.eventloop.utilization");
  const collection = one(data, "v8js.gc.duration");
  return [
    gaugeTrack(
      {
        id: "event-loop",
        title: "Event loop delay",
        height: HEIGHTS.low,
        lines: [
          { name: "max", gauge: one(data, "nodejs.eventloop.delay.max"), style: "area", peaks: true },
          { name: "p99", gauge: one(data, "nodejs.eventloop.delay.p99"), style: "second", peaks: true },
        ],
        format: formatDuration,
        least: 0.05,
        note: (at) => {
          const share = valueAt({ gauge: busy }, at);
          if (share === undefined) return "";
          const pause = valueAt({ gauge: collection }, at) ?? 0;
          const words = `busy ${formatPercent(share)}`;
          return pause >= 0.01 ? `${words}, GC ${formatDuration(pause)}` : words;
        },
      },
      options,
    ),
  ];
}

/** Disk, network, files, threads and pressure: folded away until they are wanted. */
export function moreTracks(data: ChartData, options: TrackOptions): Track[] {
  const track = (of: Omit<GaugeTrackOptions, "height" | "folded">, height = HEIGHTS.low) =>
    gaugeTrack({ ...of, height, folded: true }, options);
  const disk = (direction: string) => one(data, "process.disk.io", { "disk.io.direction": direction });
  const machineDisk = (direction: string) => one(data, "system.disk.io", { "disk.io.direction": direction });
  const network = (direction: string) => one(data, "system.network.io", { "network.io.direction": direction });
  const pressure = (resource: string) => one(data, "agent_vitals.system.pressure", { resource });
  const tracks: Track[] = [];
  if (has(data, "process.disk.io") || has(data, "system.disk.io")) {
    const ours = has(data, "process.disk.io") ? disk : machineDisk;
    const whole = (at: number | undefined) =>
      (valueAt({ gauge: machineDisk("read") }, at) ?? 0) + (valueAt({ gauge: machineDisk("write") }, at) ?? 0);
    tracks.push(
      track({
        id: "disk",
        title: ours === disk ? "Disk" : "Disk, machine",
        lines: [
          { name: "write", gauge: ours("write"), style: "area" },
          { name: "read", gauge: ours("read"), style: "second" },
        ],
        format: rate,
        binary: true,
        least: 2 ** 20,
        note: (at) => (ours === disk && has(data, "system.disk.io") ? `machine ${rate(whole(at))}` : ""),
      }),
    );
  }
  if (has(data, "system.network.io")) {
    const lines = [
      { name: "in", gauge: network("receive"), style: "area" as const },
      { name: "out", gauge: network("transmit"), style: "second" as const },
    ];
    tracks.push(track({ id: "network", title: "Network, machine", lines, format: rate, binary: true, least: 2 ** 20 }));
  }
  if (has(data, "process.unix.file_descriptor.count")) {
    const lines = [
      { name: "files", gauge: one(data, "process.unix.file_descriptor.count"), style: "area" as const },
      { name: "sockets", gauge: one(data, "agent_vitals.process.sockets"), style: "second" as const },
    ];
    tracks.push(track({ id: "files", title: "Open files", lines, format: count, least: 10 }));
  }
  if (has(data, "process.thread.count")) {
    const lines = [{ name: "threads", gauge: one(data, "process.thread.count"), style: "area" as const }];
    tracks.push(track({ id: "threads", title: "Threads", lines, format: count, least: 10 }));
  }
  if (has(data, "process.context_switches")) {
    const lines = [{ name: "a second", gauge: one(data, "process.context_switches"), style: "area" as const }];
    tracks.push(track({ id: "switches", title: "Context switches", lines, format: count, least: 100 }));
  }
  if (has(data, "agent_vitals.system.pressure")) {
    const lines = [
      { name: "I/O", gauge: pressure("io"), style: "area" as const },
      { name: "memory", gauge: pressure("memory"), style: "second" as const },
      { name: "CPU", gauge: pressure("cpu"), style: "third" as const },
    ];
    const of = { id: "pressure", title: "Pressure", lines, format: (v: number) => formatPercent(v, 1), least: 0.1 };
    tracks.push(track(of, HEIGHTS.threeFigures));
  }
  return tracks;
}

/** What watching costs. */
export function selfTracks(data: ChartData, options: TrackOptions): Track[] {
  if (!has(data, "agent_vitals.self.cpu")) return [];
  const height = HEIGHTS.low;
  const cpu = [{ name: "of a core", gauge: one(data, "agent_vitals.self.cpu"), style: "area" as const }];
  const memory = [{ name: "RSS", gauge: one(data, "agent_vitals.self.memory"), style: "area" as const }];
  const percent = (value: number) => formatPercent(value, 1);
  return [
    gaugeTrack({ id: "self-cpu", title: "Watching: CPU", height, lines: cpu, format: percent, least: 0.05 }, options),
    gaugeTrack(
      { id: "self-memory", title: "Watching: memory", height, lines: memory, format: formatBytes, binary: true },
      options,
    ),
  ];
}
