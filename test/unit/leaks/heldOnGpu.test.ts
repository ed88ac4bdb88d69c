import assert from "node:assert/strict";
import { heldOnGpu } from "../../../src/judges/leaks/watch/heldOnGpu.ts";
import { limitOf } from "../../../src/judges/leaks/watch/limits.ts";
import type { ModelServerState } from "../../../src/model/modelServers.ts";
import type { GpuSample } from "../../../src/model/resources.ts";

const GIB = 1024 ** 3;

const gpu = (more: Partial<GpuSample> = {}): GpuSample => ({
  time: 0,
  id: "GPU-1",
  index: 0,
  name: "NVIDIA H200",
  vendor: "nvidia",
  memoryUsed: 9 * GIB,
  memoryTotal: 140 * GIB,
  processes: [
    { pid: 42, memory: 2 * GIB },
    { pid: 77, memory: 6 * GIB },
    { pid: 78, memory: 0.5 * GIB },
  ],
  missing: {},
  ...more,
});
const server = (models: string[], more: Partial<ModelServerState> = {}): ModelServerState => ({
  url: "http://127.0.0.1:11434",
  kind: "ollama",
  name: "Ollama",
  status: "up",
  models: models.map((name) => ({ name })),
  available: [],
  time: 0,
  ...more,
});
const held = (gpus: GpuSample[], servers: ModelServerState[]) =>
  heldOnGpu({
    gpus,
    agent: "voice",
    pids: new Set([42]),
    servers,
    programOf: (pid) => (pid === 77 ? "ollama" : "game"),
  });

describe("GPU memory that is held while no model is loaded", () => {
  it("is told of the agent, of a model server, and of nobody", () => {
    const own = gpu({ memoryUsed: 12 * GIB });
    const [agent, ollama, nobody, ...more] = held([own], [server([])]);
    assert.deepEqual(more, []);
    assert.equal(agent?.bytes, 2 * GIB);
    assert.match(
      agent?.message ?? "",
      /^voice holds 2\.00 GiB of GPU 0 \(NVIDIA H200\), and Ollama has no model loaded\./,
    );
    assert.match(ollama?.message ?? "", /^ollama \(pid 77\) holds 6\.00 GiB .* says that no model is loaded/);
    assert.match(
      nobody?.message ?? "",
      /^3\.50 GiB of GPU 0 \(NVIDIA H200\) are in use by no process that can be seen/,
    );
  });

  it("is not told while a model is loaded, nobody can be asked, or nobody knows whose it is", () => {
    assert.deepEqual(held([gpu()], [server(["llama3"])]), []);
    assert.deepEqual(held([gpu()], []), []);
    assert.deepEqual(held([gpu()], [server([], { status: "down" }), server([], { kind: "openai-compatible" })]), []);
    assert.deepEqual(held([gpu({ missing: { processes: "They can't be seen in a container." } })], [server([])]), []);
    assert.deepEqual(held([gpu({ processes: [{ pid: 42, memory: 1 }], memoryUsed: 0.4 * GIB })], [server([])]), []);
  });
});

describe("what a resource can't exceed", () => {
  const room = {
    heapLimit: 4 * GIB,
    memory: { available: 8 * GIB, limited: true },
    descriptors: { limit: 1024, left: 1000 },
    gpus: [{ id: "GPU-1", name: "NVIDIA H200", free: 100 * GIB }],
  };
  const of = (metric: string, level: number, attributes?: Record<string, string>) =>
    limitOf(
      { metric, time: new Float64Array(), value: new Float64Array(), ...(attributes && { attributes }) },
      level,
      room,
    );

  it("is told of each that has a limit", () => {
    assert.deepEqual(of("v8js.memory.heap.used", 1), { value: 4 * GIB, what: "heap limit" });
    assert.deepEqual(of("process.memory.usage", GIB), { value: 9 * GIB, what: "end of the container's memory" });
    assert.deepEqual(of("process.unix.file_descriptor.count", 30), { value: 1030, what: "limit of 1,024 open files" });
    assert.equal(of("agent_vitals.process.gpu.memory", GIB, { "hw.id": "GPU-1" })?.value, 101 * GIB);
    assert.equal(of("agent_vitals.process.gpu.memory", GIB, { "hw.id": "GPU-2" }), undefined);
    assert.equal(of("process.thread.count", 9), undefined);
  });
});
