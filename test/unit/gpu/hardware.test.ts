import assert from "node:assert/strict";
import { containerChecks, gpuChecks } from "../../../src/cli/checks/machine.ts";
import { container } from "../../../src/collector/container.ts";
import { describeGpus, gpuTools } from "../../../src/inputs/sampling/gpu/describe.ts";
import type { Hardware } from "../../../src/model/state.ts";
import { Stage } from "./stage.ts";

const MiB = 2 ** 20;
const machine: Hardware = { cpu: "X", cores: 8, physicalCores: 4, memory: 16 * 2 ** 30, os: "Debian", gpus: [] };

describe("The hardware detector", function () {
  this.timeout(30_000);
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(() => stage.dispose());

  const here = () => ({
    env: { PATH: stage.path, STAND_IN: stage.folder },
    platform: "linux" as const,
    sys: stage.sys,
  });

  it("tells driver, memory, persistence mode and compute capability of NVIDIA cards", async () => {
    stage.play("nvidia/h100-mig.txt");
    assert.deepEqual(await describeGpus(here()), [
      {
        name: "NVIDIA H100 80GB HBM3",
        vendor: "nvidia",
        memory: 81_559 * MiB,
        driver: "590.48.01",
        persistenceMode: true,
        computeCapability: "9.0",
        partitioned: true,
      },
    ]);
  });

  it("asks an older driver for what it knows", async () => {
    stage.play("nvidia/gtx-1070-multi.txt");
    const [gpu, ...others] = await describeGpus(here());
    assert.deepEqual([gpu?.driver, gpu?.computeCapability, others.length], ["390.25", undefined, 3]);
  });

  it("knows cards without a tool, and none where the driver fails", async () => {
    stage.play("nvidia/failure-mismatch.txt");
    stage.files("sys/class/drm/card0/device", {
      vendor: "0x1002",
      device: "0x744c",
      uevent: "DRIVER=amdgpu\nPCI_SLOT_NAME=0000:03:00.0",
      mem_info_vram_total: 24 * 2 ** 30,
    });
    assert.deepEqual(await describeGpus(here()), [
      { name: "AMD GPU 0x744c", vendor: "amd", driver: "amdgpu", memory: 24 * 2 ** 30 },
    ]);
  });

  it("finds the makers' tools", () => {
    assert.deepEqual(
      gpuTools(here()).map(({ name }) => name),
      ["nvidia-smi", "xpu-smi"],
    );
  });

  it("tells a container and the lowest limit above it", () => {
    stage.write(".dockerenv", "");
    stage.write("proc/self/cgroup", "0::/pod/one\n");
    stage.files("sys/fs/cgroup/pod", { "memory.max": 4 * 2 ** 30, "cpu.max": "max 100000" });
    stage.files("sys/fs/cgroup/pod/one", { "memory.max": 8 * 2 ** 30, "cpu.max": "150000 100000" });
    const found = container(stage.folder);
    assert.deepEqual(found, { container: "docker", limits: { memory: 4 * 2 ** 30, cpus: 1.5 } });
    const [check] = containerChecks({ ...machine, ...found });
    assert.equal(check?.detail, "In a container (docker), at most 4.00 GiB of memory, at most 1.5 cores.");
  });

  it("tells the limits of older groups, and takes none for those of the machine's size", () => {
    stage.write("proc/self/cgroup", "4:memory:/job\n2:cpu,cpuacct:/job\n");
    stage.files("sys/fs/cgroup/memory/job", { "memory.limit_in_bytes": 2 ** 31 });
    stage.files("sys/fs/cgroup/cpu/job", { "cpu.cfs_quota_us": 50_000, "cpu.cfs_period_us": 100_000 });
    assert.deepEqual(container(stage.folder), { limits: { memory: 2 ** 31, cpus: 0.5 } });
    stage.files("sys/fs/cgroup/memory/job", { "memory.limit_in_bytes": 9_223_372_036_854_771_712n.toString() });
    stage.files("sys/fs/cgroup/cpu/job", { "cpu.cfs_quota_us": -1 });
    assert.deepEqual(container(stage.folder), {});
  });

  it("advises persistence mode where it is off", async () => {
    const gpu = { name: "NVIDIA L4", vendor: "nvidia" as const, memory: 23_034 * MiB, driver: "580.1" };
    const checks = await gpuChecks({ ...machine, gpus: [{ ...gpu, persistenceMode: false }] });
    const find = (name: string) => checks.find((check) => check.name === name);
    assert.equal(find("GPU")?.detail, "NVIDIA L4 (22.5 GiB, driver 580.1)");
    assert.equal(find("Persistence mode")?.status, "info");
    assert.match(find("Persistence mode")?.advice ?? "", /sudo nvidia-smi -pm 1/);
    const on = await gpuChecks({ ...machine, gpus: [{ ...gpu, persistenceMode: true }] });
    assert.equal(on.find(({ name }) => name === "Persistence mode")?.status, "ok");
  });
});
