/** The metrics that we record by ourselves, named as OpenTelemetry does where it has a name. */
import type { Series } from "./series.ts";

/** What a metric is: its UCUM unit, what it says, and the attributes that tell its series apart. */
export interface MetricDefinition {
  unit: string;
  description: string;
  attributes?: readonly string[];
  /** Of an agent; otherwise of the machine or the collector. */
  agent?: boolean;
  /** Something that an agent holds and should give back: watched for leaks. */
  held?: boolean;
}

/** Every metric that we record by ourselves, beside those that agents name. Counts are per reading, rates per second. */
export const metrics = {
  "process.cpu.utilization": {
    unit: "1",
    description: "CPU of the agent's processes, of the whole machine",
    agent: true,
  },
  "agent_vitals.process.cpu.cores": {
    unit: "{cpu}",
    description: "CPU of the agent's processes, in cores",
    agent: true,
  },
  "process.memory.usage": {
    unit: "By",
    description: "Resident memory of the agent's processes",
    agent: true,
    held: true,
  },
  "process.memory.virtual": { unit: "By", description: "Virtual memory of the agent's processes", agent: true },
  "process.unix.file_descriptor.count": {
    unit: "{file_descriptor}",
    description: "Open file descriptors",
    agent: true,
    held: true,
  },
  "process.thread.count": { unit: "{thread}", description: "Threads", agent: true, held: true },
  "agent_vitals.process.count": { unit: "{process}", description: "Processes of the agent", agent: true },
  "agent_vitals.process.sockets": {
    unit: "{socket}",
    description: "Sockets by state",
    attributes: ["state"],
    agent: true,
    held: true,
  },
  "process.disk.io": { unit: "By/s", description: "Disk traffic", attributes: ["disk.io.direction"], agent: true },
  "process.context_switches": { unit: "{context_switch}/s", description: "Context switches", agent: true },
  "agent_vitals.process.gpu.memory": {
    unit: "By",
    description: "GPU memory of the agent's processes",
    attributes: ["hw.id"],
    agent: true,
    held: true,
  },
  "v8js.memory.heap.used": { unit: "By", description: "Used V8 heap", agent: true, held: true },
  "agent_vitals.v8js.memory.heap.after_collection": {
    unit: "By",
    description: "Old generation of the V8 heap after a collection of the whole heap",
    agent: true,
    held: true,
  },
  "v8js.memory.external": {
    unit: "By",
    description: "Memory outside of the V8 heap that its objects hold",
    agent: true,
    held: true,
  },
  "v8js.memory.array_buffers": { unit: "By", description: "Of it, array buffers and Buffers", agent: true },
  "agent_vitals.nodejs.handles": {
    unit: "{handle}",
    description: "Open handles (sockets, servers, pipes, watchers) that keep the process alive",
    agent: true,
    held: true,
  },
  "agent_vitals.nodejs.timers": {
    unit: "{timer}",
    description: "Timers that keep the process alive",
    agent: true,
    held: true,
  },
  "agent_vitals.nodejs.listener_warnings": {
    unit: "{warning}",
    description: "Node's warnings that an emitter has more listeners than its bound, since the probe came in",
    agent: true,
    held: true,
  },
  "v8js.memory.heap.limit": { unit: "By", description: "Limit of the V8 heap", agent: true },
  "v8js.gc.duration": { unit: "s/s", description: "Garbage collection pauses, seconds a second", agent: true },
  "nodejs.eventloop.delay.p99": { unit: "s", description: "Event loop delay, p99 of a second", agent: true },
  "nodejs.eventloop.delay.max": { unit: "s", description: "Event loop delay, longest of a second", agent: true },
  "nodejs.eventloop.utilization": { unit: "1", description: "Event loop utilization", agent: true },
  "agent_vitals.python.objects": {
    unit: "{object}",
    description: "Objects that Python's garbage collector tracks",
    agent: true,
    held: true,
  },
  "agent_vitals.python.blocks": {
    unit: "{block}",
    description: "Memory blocks that Python allocated",
    agent: true,
    held: true,
  },
  "agent_vitals.voice.success": { unit: "{turn}", description: "Voice turns that succeeded in a second", agent: true },
  "agent_vitals.voice.failure": { unit: "{turn}", description: "Voice turns that failed in a second", agent: true },
  "system.cpu.utilization": {
    unit: "1",
    description: "CPU of the machine; with cpu.logical_number of one core",
    attributes: ["cpu.logical_number"],
  },
  "system.memory.usage": { unit: "By", description: "Memory in use", attributes: [] },
  "system.memory.limit": { unit: "By", description: "Memory of the machine or the container" },
  "system.paging.usage": { unit: "By", description: "Swap in use" },
  "system.disk.io": { unit: "By/s", description: "Disk traffic", attributes: ["system.device", "disk.io.direction"] },
  "system.network.io": {
    unit: "By/s",
    description: "Network traffic",
    attributes: ["network.interface.name", "network.io.direction"],
  },
  "agent_vitals.system.pressure": {
    unit: "1",
    description: "Share of time that some task waited",
    attributes: ["resource"],
  },
  "hw.temperature": { unit: "Cel", description: "Temperature", attributes: ["hw.id"] },
  "hw.gpu.utilization": { unit: "1", description: "GPU utilization", attributes: ["hw.id", "hw.name"] },
  "hw.gpu.memory.usage": { unit: "By", description: "GPU memory in use", attributes: ["hw.id", "hw.name"] },
  "hw.gpu.memory.limit": { unit: "By", description: "GPU memory", attributes: ["hw.id", "hw.name"] },
  "hw.power": { unit: "W", description: "Power drawn by a GPU", attributes: ["hw.id", "hw.name"] },
  "agent_vitals.gpu.clock": { unit: "Hz", description: "Clock of a GPU", attributes: ["hw.id", "hw.name"] },
  "agent_vitals.gpu.throttled": {
    unit: "1",
    description: "1 while a GPU's clocks are held down",
    attributes: ["hw.id", "hw.name"],
  },
  "agent_vitals.self.cpu": { unit: "{cpu}", description: "CPU of Agent Vitals' collector and its helpers, in cores" },
  "agent_vitals.self.memory": { unit: "By", description: "Resident memory of the collector and its helpers" },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metrics;

/** UCUM unit of a series. */
export function unitOf({ metric, unit }: Series): string {
  return Object.hasOwn(metrics, metric) ? metrics[metric as MetricName].unit : (unit ?? "1");
}
