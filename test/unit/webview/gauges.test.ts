import assert from "node:assert/strict";
import type { GpuSample, ProcessRow } from "../../../src/model/resources.ts";
import type { Series } from "../../../src/model/series.ts";
import type { ChartData, Gauge } from "../../../webview/dashboard/history/chartData.ts";
import { sorted } from "../../../webview/dashboard/resources/processes.ts";
import { emptyWindow } from "../../../webview/dashboard/seriesWindow.ts";
import { gpuTile } from "../../../webview/dashboard/tiles/gpuTile.ts";
import { gpuTracks } from "../../../webview/dashboard/tracks/gpuTracks.ts";
import { everyResourceTrack } from "../../../webview/dashboard/tracks/tracks.ts";
import { agent, NOW } from "./support/state.ts";

const GiB = 2 ** 30;
const timeline = { from: NOW - 100, to: NOW, marks: [], down: [], unmeasured: [] };
const options = { timeline, width: 800, labelHeight: 0 };
const gauge = (series: Series, mean: number[], max = mean, step = 10): Gauge => ({
  ...{ series, step, time: mean.map((_, i) => NOW - 100 + i * 10) },
  ...{ min: mean, mean, max },
});
const data = (...gauges: Gauge[]): ChartData => ({ bucket: 5, latency: {}, voice: [], marks: [], down: [], gauges });
const gpu = (more: Partial<GpuSample> = {}): GpuSample => ({
  ...{ time: NOW, id: "G", index: 0, name: "NVIDIA GeForce RTX 4090", vendor: "nvidia", missing: {} },
  ...more,
});
const reading = (...gpus: GpuSample[]) => ({ time: NOW, gpus });
const own = { series: { metric: "agent_vitals.process.gpu.memory", attributes: { "hw.id": "G" } } };

describe("Tracks of gauges", () => {
  it("lose no spike: a line of peaks, else a band up to the greatest", () => {
    const spiky = data(
      gauge({ metric: "agent_vitals.process.cpu.cores" }, [0.2, 0.2, 0.2], [0.3, 3.8, 0.3]),
      gauge({ metric: "nodejs.eventloop.delay.max" }, [0.01, 0.02, 0.01], [0.01, 0.7, 0.01]),
    );
    const [cpu, , loop] = everyResourceTrack(spiky, undefined, options);
    assert.deepEqual(
      cpu?.lines.map(({ style }) => style),
      ["bandTop", "bandBottom", "area"],
    );
    assert.equal(Math.max(...(cpu?.lines[0]?.points() ?? []).map(({ y }) => y)), 3.8);
    assert.ok((cpu?.axis.max ?? 0) > 3.8);
    assert.equal(Math.max(...(loop?.lines[0]?.points() ?? []).map(({ y }) => y)), 0.7);
  });

  it("draw nothing through a time in which nothing was read", () => {
    const memory = gauge({ metric: "process.memory.usage" }, [1, 2, 3]);
    const gap = { ...memory, time: [NOW - 100, NOW - 90, NOW - 20] };
    const [, track] = everyResourceTrack(data(gap), undefined, options);
    const line = track?.lines.find(({ style }) => style === "area");
    assert.ok(line?.points().some(({ y }) => Number.isNaN(y)));
  });

  it("show a GPU's memory in use of its whole, and the agent's share of it", () => {
    const used = gauge({ metric: "hw.gpu.memory.usage", attributes: { "hw.id": "G" } }, [23 * GiB]);
    const limit = gauge({ metric: "hw.gpu.memory.limit", attributes: { "hw.id": "G" } }, [24 * GiB]);
    const share = gauge(own.series, [20 * GiB]);
    const [, memory] = gpuTracks(data(used, limit, share), reading(gpu()), options);
    assert.deepEqual(memory?.figures(undefined), [
      { name: "used", value: "23.0 of 24.0 GiB" },
      { name: "agent", value: "20.0 GiB" },
    ]);
    assert.equal(memory?.objective, 24 * GiB);
  });

  it("say why a GPU's figure can't be had, and never a zero", () => {
    const missing = { utilization: "The driver does not tell it.", memory: "Shared." };
    const [busy, memory] = gpuTracks(data(), reading(gpu({ missing })), options);
    assert.deepEqual([busy?.figures(undefined)[0]?.value, busy?.note(undefined)], ["–", missing.utilization]);
    assert.deepEqual([memory?.figures(undefined)[0]?.value, memory?.note(undefined)], ["–", missing.memory]);
  });

  it("fold GPUs away from the third on", () => {
    const all = [0, 1, 2].map((index) => gpu({ id: `G${index}`, index }));
    const tracks = gpuTracks(data(), reading(...all), options);
    assert.deepEqual(
      tracks.map(({ folded }) => folded ?? false),
      [false, false, false, false, true, true],
    );
    assert.equal(tracks[4]?.title, "GPU 2 busy");
  });
});

describe("The tile of GPU memory", () => {
  const tile = (...gpus: GpuSample[]) =>
    gpuTile(agent({ processes: [{ pid: 7 } as ProcessRow] }), emptyWindow("a"), reading(...gpus))[0];

  it("is of the GPU that the agent uses most", () => {
    const others = gpu({
      id: "A",
      name: "A100",
      memoryUsed: 30 * GiB,
      memoryTotal: 40 * GiB,
      processes: [{ pid: 1, memory: 30 * GiB }],
    });
    const ours = gpu({ memoryUsed: 4 * GiB, memoryTotal: 24 * GiB, processes: [{ pid: 7, memory: 3 * GiB }] });
    const shown = tile(others, ours);
    assert.deepEqual([shown?.aside, shown?.figure, shown?.unit], ["RTX 4090", "4.00 GiB", "of 24.0 GiB"]);
    assert.equal(shown?.words.rest, "Agent 3.00 GiB");
  });

  it("says that it is nearly full, or why there is no figure; without a GPU there is no tile", () => {
    assert.equal(tile(gpu({ memoryUsed: 23.5 * GiB, memoryTotal: 24 * GiB }))?.words.lead, "Nearly full.");
    assert.equal(tile(gpu({ missing: { memory: "The driver hides it." } }))?.words.rest, "The driver hides it.");
    assert.equal(tile(), undefined);
  });
});

describe("The table of processes", () => {
  const row = (pid: number, more: Partial<ProcessRow> = {}): ProcessRow => ({
    ...{ pid, parent: 1, name: `p${pid}`, startTime: NOW - pid, memory: pid },
    ...more,
  });
  const pids = (column: "cpu" | "name" | "uptime", descending: boolean) =>
    sorted([row(3, { cpu: 0.1 }), row(1, { cpu: 0.9 }), row(2)], { column, descending }, NOW).map(({ pid }) => pid);

  it("is sorted either way, those without a figure last", () => {
    assert.deepEqual(pids("cpu", true), [1, 3, 2]);
    assert.deepEqual(pids("cpu", false), [3, 1, 2]);
    assert.deepEqual(pids("name", false), [1, 2, 3]);
    assert.deepEqual(pids("uptime", true), [3, 2, 1]);
  });
});
