import assert from "node:assert/strict";
import type { GpuSample } from "../../../src/model/resources.ts";
import { until } from "../../support/until.ts";
import { Stage } from "./stage.ts";

const MiB = 2 ** 20;
/** The processes were told, or why they can't be. */
const settled = ({ processes, missing }: GpuSample) =>
  processes !== undefined || !/not been told yet|not told it yet/.test(missing.processes ?? "");

describe("NVIDIA cards", function () {
  this.timeout(30_000);
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(() => stage.dispose());

  const first = async (fixture: string) => {
    stage.play(`nvidia/${fixture}`);
    stage.sample();
    const [gpu, ...others] = await stage.gpus(fixture, settled);
    assert.ok(gpu);
    return [gpu, ...others] as const;
  };

  it("are told with all figures in SI units", async () => {
    const [gpu] = await first("h200.txt");
    assert.ok(Math.abs(gpu.time - Date.now() / 1000) < 10);
    assert.deepEqual(gpu, {
      time: gpu.time,
      id: "GPU-00000000-0000-0000-0000-000000000000",
      index: 0,
      name: "NVIDIA H200",
      vendor: "nvidia",
      utilization: 0,
      memoryUsed: 0,
      memoryTotal: 143_771 * MiB,
      celsius: 37,
      power: 85.12,
      powerLimit: 700,
      coreClock: 345e6,
      memoryClock: 3201e6,
      throttle: [],
      processes: [],
      missing: {},
    });
  });

  it("are read by two programs that run on, however many readings", async () => {
    await first("h200.txt");
    const pids = stage.sampler?.pids();
    const from = stage.readings.length;
    await stage.reading("five more", () => stage.readings.length > from + 5);
    assert.deepEqual(stage.sampler?.pids(), pids);
    assert.equal(stage.starts.length, 2, JSON.stringify(stage.starts));
    assert.deepEqual(new Set(pids), new Set(stage.starts.map(({ pid }) => pid)));
  });

  it("without processes are asked anew now and then whether that is still so", async () => {
    stage.play("nvidia/h200.txt");
    stage.sample({ times: { reassurance: 1, patience: 1 } });
    await stage.gpus("no processes", ({ processes }) => processes?.length === 0);
    const from = stage.readings.length;
    await until("another start", () => stage.starts.filter(({ args }) => args.includes("compute-apps")).length > 2);
    await stage.gpus("one more");
    const since = stage.readings.slice(from);
    assert.ok(
      since.every(({ gpus, message }) => gpus[0]?.processes?.length === 0 && !message),
      JSON.stringify(since),
    );
    assert.deepEqual(stage.logged, []);
  });

  it("of an older driver are asked by the fields that it knows", async () => {
    const gpus = await first("gtx-1070-multi.txt");
    assert.deepEqual(
      gpus.map(({ index, utilization, throttle }) => [index, utilization, throttle]),
      [
        [0, 1, ["power cap"]],
        [1, 0, ["power cap"]],
        [2, 0, ["power cap", "thermal"]],
        [3, 0, []],
      ],
    );
    assert.deepEqual(
      gpus.map(({ processes }) => processes),
      [[{ pid: 1042, memory: 2506 * MiB }], [{ pid: 1042, memory: 2500 * MiB }], [{ pid: 7, memory: 2500 * MiB }], []],
    );
    const query = stage.starts.filter(({ args }) => args.includes("--query-gpu")).at(-1)?.args ?? "";
    assert.match(query, /clocks_throttle_reasons\.active/);
    assert.doesNotMatch(query, /clocks_event_reasons|power\.draw\.instant|mig\.mode/);
  });

  it("partitioned by MIG are told with their instances, each with its memory and processes", async () => {
    stage.play("nvidia/h100-mig.txt");
    stage.sample();
    const { gpus } = await stage.reading(
      "the instances' memory",
      (reading) => reading.gpus[1]?.memoryUsed !== undefined,
    );
    const [card, ...instances] = gpus;
    assert.equal(card?.memoryUsed, 11_125 * MiB);
    assert.match(card?.missing.utilization ?? "", /MIG.*DCGM/);
    assert.deepEqual([card?.processes, card?.power], [undefined, 433.78]);
    assert.deepEqual(
      instances.map(({ name, memoryUsed, memoryTotal }) => [name, (memoryUsed ?? 0) / MiB, (memoryTotal ?? 0) / MiB]),
      [
        ["NVIDIA H100 80GB HBM3 MIG 3g.40gb (0)", 11_091, 40_448],
        ["NVIDIA H100 80GB HBM3 MIG 2g.20gb (1)", 17, 20_096],
        ["NVIDIA H100 80GB HBM3 MIG 1g.10gb (2)", 9, 9984],
        ["NVIDIA H100 80GB HBM3 MIG 1g.10gb (3)", 9, 9984],
      ],
    );
    assert.deepEqual(
      instances[0]?.processes?.map(({ pid, memory }) => [pid, memory / MiB]),
      [
        [21180, 2296],
        [21181, 1272],
        [21198, 7484],
      ],
    );
    assert.deepEqual(instances[1]?.processes, []);
    assert.match(instances[0]?.missing.power ?? "", /whole card/);
    assert.equal(new Set(gpus.map(({ id }) => id)).size, 5);
  });

  it("that share the machine's memory say so instead of nothing", async () => {
    const [gpu] = await first("gb10.txt");
    assert.equal(gpu.sharedMemory, true);
    assert.equal(gpu.memoryTotal, 127_600_000 * 1024);
    assert.equal(gpu.memoryUsed, 100_000_000 * 1024);
    assert.deepEqual(gpu.processes, [{ pid: 4242, memory: 63_931 * MiB }]);
    assert.deepEqual([gpu.throttle, gpu.powerLimit, gpu.memoryClock], [["thermal"], undefined, undefined]);
    assert.equal(gpu.missing.memory, undefined);
  });

  it("under WDDM tell no memory by process, and why", async () => {
    const [gpu] = await first("rtx-2080-wddm.txt");
    assert.equal(gpu.processes, undefined);
    assert.match(gpu.missing.processes ?? "", /WDDM.*Task Manager/);
    assert.equal(gpu.memoryUsed, 702 * MiB);
  });

  it("inside WSL tell neither processes nor utilization, and why", async () => {
    stage.write("proc/version", "Linux version 5.15.167.4-microsoft-standard-WSL2 (root@x) #1 SMP\n");
    const [one, two] = await first("rtx-8000-wsl.txt");
    assert.match(one.missing.utilization ?? "", /WSL/);
    assert.match(two?.missing.processes ?? "", /WSL/);
    assert.deepEqual([one.utilization, one.sharedMemory, two?.memoryUsed], [undefined, undefined, 2492 * MiB]);
  });

  it("give the reason for each figure that their driver fails at, and for a card that is lost", async () => {
    const [gpu] = await first("rtx-3080-failing.txt");
    assert.match(gpu.missing.utilization ?? "", /Unknown Error.*restart/);
    assert.match(gpu.missing.power ?? "", /does not tell it \(nvidia-smi: N\/A\)/);
    assert.match(gpu.missing.processes ?? "", /administrators alone/);
    assert.equal(gpu.memoryUsed, 9029 * MiB);
    assert.match(stage.readings.at(-1)?.message ?? "", /card does not answer any more/);
  });

  describe("in a container", () => {
    beforeEach(() => stage.link("proc/self/ns/pid", "pid:[4026532281]"));

    it("whose processes are hidden say how to see them", async () => {
      const [gpu, , third] = await first("gtx-1070-multi.txt");
      assert.match(gpu.missing.processes ?? "", /--pid=host/);
      assert.match(third?.missing.processes ?? "", /--pid=host/);
    });

    it("count a pid only where that process has the driver open", async () => {
      stage.link("proc/1042/fd/9", "/dev/nvidia0");
      stage.link("proc/7/fd/0", "/dev/null");
      const [gpu, , third] = await first("gtx-1070-multi.txt");
      assert.deepEqual(gpu.processes, [{ pid: 1042, memory: 2506 * MiB }]);
      assert.equal(third?.processes, undefined);
    });
  });
});
