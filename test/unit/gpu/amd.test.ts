import assert from "node:assert/strict";
import { Stage } from "./stage.ts";

const GiB = 2 ** 30;
const CARD = "sys/class/drm/card1/device";

describe("AMD cards", function () {
  this.timeout(30_000);
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
    stage.files(CARD, {
      vendor: "0x1002",
      device: "0x744c",
      uevent: "DRIVER=amdgpu\nPCI_CLASS=30000\nPCI_SLOT_NAME=0000:03:00.0",
      gpu_busy_percent: 97,
      mem_busy_percent: 40,
      mem_info_vram_used: 20 * GiB,
      mem_info_vram_total: 24 * GiB,
      mem_info_gtt_used: GiB,
      mem_info_gtt_total: 32 * GiB,
      "power/runtime_status": "active",
    });
    stage.files(`${CARD}/hwmon/hwmon4`, {
      temp1_input: 61_000,
      power1_average: 299_000_000,
      power1_cap: 339_000_000,
      freq1_input: 2_304_000_000,
      freq2_input: 1_249_000_000,
    });
  });
  afterEach(() => stage.dispose());

  const only = async (watched: number[] = []) => {
    stage.sample({ tools: false, watched: () => watched });
    const [gpu] = await stage.gpus("the card");
    assert.ok(gpu);
    return gpu;
  };
  /** A process with the recorded descriptor, of this card. */
  const holder = (pid: number, fd: number, client = "147") => {
    stage.link(`proc/${pid}/fd/${fd}`, "/dev/dri/renderD128");
    stage.link(`proc/${pid}/fd/0`, "/dev/null");
    const text = stage.fixture("amd/fdinfo.txt").replace("0000:c4:00.0", "0000:03:00.0").replace("147", client);
    stage.write(`proc/${pid}/fdinfo/${fd}`, text);
  };

  it("are told with all that the kernel tells, in SI units", async () => {
    const gpu = await only();
    assert.deepEqual(gpu, {
      time: gpu.time,
      id: "0000:03:00.0",
      index: 0,
      name: "AMD GPU 0x744c",
      vendor: "amd",
      utilization: 0.97,
      memoryUsed: 20 * GiB,
      memoryTotal: 24 * GiB,
      celsius: 61,
      power: 299,
      powerLimit: 339,
      coreClock: 2.304e9,
      memoryClock: 1.249e9,
      processes: [],
      missing: { throttle: gpu.missing.throttle },
    });
    assert.deepEqual(stage.sampler?.pids(), []);
  });

  it("have the name that the distribution's list gives them", async () => {
    const list =
      "1001  Other\n\t744c  Wrong\n1002  Advanced Micro Devices, Inc. [AMD/ATI]\n\t744b  Before\n\t744c  Navi 31\n1003  Next\n";
    stage.write("usr/share/misc/pci.ids", `# list\n${list}`);
    assert.equal((await only()).name, "AMD Navi 31");
  });

  it("tell the memory of the processes that are watched, an inherited descriptor once", async () => {
    holder(100, 7);
    holder(100, 8);
    holder(101, 7);
    holder(102, 7, "148");
    holder(103, 7, "149");
    const gpu = await only([100, 101, 102, 999]);
    assert.deepEqual(gpu.processes, [
      { pid: 100, memory: 1_984_704 * 1024 },
      { pid: 102, memory: 1_984_704 * 1024 },
    ]);
  });

  it("of a processor's own graphics count what they may take of the machine's memory, and say so", async () => {
    stage.remove(`${CARD}/mem_busy_percent`);
    stage.remove(`${CARD}/hwmon/hwmon4/freq2_input`);
    stage.files(CARD, { mem_info_vram_total: GiB / 2, mem_info_vram_used: GiB / 4, mem_info_gtt_used: 63 * GiB });
    holder(100, 7);
    const gpu = await only([100]);
    assert.equal(gpu.sharedMemory, true);
    assert.deepEqual([gpu.memoryUsed, gpu.memoryTotal], [63.25 * GiB, 32.5 * GiB]);
    assert.deepEqual(gpu.processes, [{ pid: 100, memory: (1_984_704 + 252_368) * 1024 }]);
  });

  it("that sleep are not woken", async () => {
    stage.files(CARD, { "power/runtime_status": "suspended" });
    const gpu = await only();
    assert.deepEqual([gpu.utilization, gpu.celsius, gpu.power], [undefined, undefined, undefined]);
    assert.match(gpu.missing.utilization ?? "", /sleeps/);
  });

  it("on another driver say which one tells", async () => {
    for (const name of ["gpu_busy_percent", "mem_info_vram_used", "hwmon/hwmon4/temp1_input"])
      stage.remove(`${CARD}/${name}`);
    stage.files(CARD, { uevent: "DRIVER=radeon\nPCI_SLOT_NAME=0000:03:00.0" });
    const gpu = await only();
    assert.match(gpu.missing.utilization ?? "", /Only the amdgpu driver tells it, and this card runs on radeon/);
    assert.match(gpu.missing.memory ?? "", /amdgpu/);
  });
});
