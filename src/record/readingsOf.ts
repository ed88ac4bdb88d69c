/** What is sampled, as readings of series. */
import type { GpuSample, SocketCounts, SystemSample, TreeSample } from "../model/resources.ts";
import type { Reading } from "../model/series.ts";
import type { HeapSample, RuntimeSample } from "../model/state.ts";
import type { SeriesBook } from "./seriesBook.ts";

/** @param cores of the machine, of which `process.cpu.utilization` is a share; undefined while not known */
export function readingsOfTree(book: SeriesBook, sample: TreeSample, cores: number | undefined): Reading[] {
  const { cpu } = sample;
  const readings = book
    .at(sample.time)
    .add("process.cpu.utilization", cpu === undefined || cores === undefined ? undefined : cpu / cores)
    .add("agent_vitals.process.cpu.cores", cpu)
    .add("process.memory.usage", sample.memory)
    .add("process.memory.virtual", sample.virtual)
    .add("process.unix.file_descriptor.count", sample.fileDescriptors)
    .add("process.thread.count", sample.threads)
    .add("agent_vitals.process.count", sample.processes)
    .add("process.disk.io", sample.readRate, { "disk.io.direction": "read" })
    .add("process.disk.io", sample.writeRate, { "disk.io.direction": "write" })
    .add("process.context_switches", sample.contextSwitches);
  for (const state of sample.sockets ? statesOf(book, sample.sockets) : [])
    readings.add("agent_vitals.process.sockets", sample.sockets?.[state] ?? 0, { state });
  return readings.all;
}

const statesSeen = new WeakMap<SeriesBook, Set<string>>();

/** A state that no socket is in any more is told as zero: else its last count would stand for minutes. */
function statesOf(book: SeriesBook, sockets: SocketCounts): Set<string> {
  const seen = statesSeen.get(book) ?? new Set();
  statesSeen.set(book, seen);
  for (const state of Object.keys(sockets)) seen.add(state);
  return seen;
}

export function readingsOfHeap(book: SeriesBook, sample: HeapSample): Reading[] {
  return book
    .at(sample.time)
    .add("v8js.memory.heap.used", sample.used)
    .add("v8js.memory.heap.limit", sample.limit)
    .add("agent_vitals.v8js.memory.heap.after_collection", sample.afterCollection)
    .add("v8js.memory.external", sample.external)
    .add("v8js.memory.array_buffers", sample.arrayBuffers).all;
}

export function readingsOfRuntime(book: SeriesBook, sample: RuntimeSample): Reading[] {
  return book
    .at(sample.time)
    .add("nodejs.eventloop.delay.p99", sample.eventLoopDelayP99)
    .add("nodejs.eventloop.delay.max", sample.eventLoopDelayMax)
    .add("nodejs.eventloop.utilization", sample.eventLoopUtilization)
    .add("v8js.gc.duration", sample.gcDuration)
    .add("agent_vitals.nodejs.timers", sample.timers)
    .add("agent_vitals.nodejs.handles", sample.handles)
    .add("agent_vitals.nodejs.listener_warnings", sample.listenerWarnings).all;
}

export function readingsOfSystem(book: SeriesBook, sample: SystemSample): Reading[] {
  const { memory, pressure } = sample;
  const readings = book
    .at(sample.time)
    .add("system.cpu.utilization", sample.cpu)
    .add("system.memory.usage", memory.used)
    .add("system.memory.limit", memory.total)
    .add("system.paging.usage", sample.swap?.used);
  for (const [i, share] of (sample.cores ?? []).entries())
    readings.add("system.cpu.utilization", share, { "cpu.logical_number": `${i}` });
  for (const [resource, { some }] of Object.entries(pressure ?? {}))
    readings.add("agent_vitals.system.pressure", some, { resource });
  for (const { name, readRate, writeRate } of sample.disks ?? []) {
    readings.add("system.disk.io", readRate, { "system.device": name, "disk.io.direction": "read" });
    readings.add("system.disk.io", writeRate, { "system.device": name, "disk.io.direction": "write" });
  }
  for (const { name, receiveRate, transmitRate } of sample.networks ?? []) {
    const io = (direction: string) => ({ "network.interface.name": name, "network.io.direction": direction });
    readings
      .add("system.network.io", receiveRate, io("receive"))
      .add("system.network.io", transmitRate, io("transmit"));
  }
  for (const { name, celsius } of sample.temperatures ?? []) readings.add("hw.temperature", celsius, { "hw.id": name });
  return readings.all;
}

export function readingsOfGpu(book: SeriesBook, gpu: GpuSample): Reading[] {
  const of = { "hw.id": gpu.id, "hw.name": gpu.name };
  return book
    .at(gpu.time)
    .add("hw.gpu.utilization", gpu.utilization, of)
    .add("hw.gpu.memory.usage", gpu.memoryUsed, of)
    .add("hw.gpu.memory.limit", gpu.memoryTotal, of)
    .add("hw.temperature", gpu.celsius, { "hw.id": gpu.id })
    .add("hw.power", gpu.power, of)
    .add("agent_vitals.gpu.clock", gpu.coreClock, of)
    .add("agent_vitals.gpu.throttled", gpu.throttle && (gpu.throttle.length > 0 ? 1 : 0), of).all;
}

/** GPU memory of a tree's processes, by GPU. */
export function readingsOfGpuMemory(
  book: SeriesBook,
  gpus: readonly GpuSample[],
  pids: ReadonlySet<number>,
): Reading[] {
  return gpus.flatMap(({ id, time, processes }) => {
    if (!processes) return [];
    const own = processes.filter(({ pid }) => pids.has(pid)).reduce((sum, { memory }) => sum + memory, 0);
    return book.at(time).add("agent_vitals.process.gpu.memory", own, { "hw.id": id }).all;
  });
}
