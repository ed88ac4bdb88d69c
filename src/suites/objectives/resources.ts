/** Gauges of an agent and its model server by the names that objectives have for them, and their units. */
export const resources: Readonly<Record<string, { series: string; unit: "By" | "1" | "s" | "count" }>> = {
  rss: { series: "process.memory.usage", unit: "By" },
  memory: { series: "process.memory.usage", unit: "By" },
  heap: { series: "v8js.memory.heap.used", unit: "By" },
  external: { series: "v8js.memory.external", unit: "By" },
  cpu: { series: "process.cpu.utilization", unit: "1" },
  gpu: { series: "hw.gpu.utilization", unit: "1" },
  "gpu memory": { series: "hw.gpu.memory.usage", unit: "By" },
  "loop delay": { series: "nodejs.eventloop.delay.p99", unit: "s" },
  descriptors: { series: "process.unix.file_descriptor.count", unit: "count" },
  queue: { series: "agent_vitals.model_server.requests.queued", unit: "count" },
  "kv cache": { series: "agent_vitals.model_server.kv_cache.utilization", unit: "1" },
  threads: { series: "process.thread.count", unit: "count" },
};
