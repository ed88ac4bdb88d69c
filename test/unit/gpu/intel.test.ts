import assert from "node:assert/strict";
import { Stage } from "./stage.ts";

const MiB = 2 ** 20;

describe("Intel cards", function () {
  this.timeout(30_000);
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(() => stage.dispose());

  const card = (number: number, pci: string, driver: string, more: Record<string, string | number> = {}) =>
    stage.files(`sys/class/drm/card${number}`, {
      "device/vendor": "0x8086",
      "device/device": "0x7d45",
      "device/uevent": `DRIVER=${driver}\nPCI_SLOT_NAME=${pci}`,
      ...more,
    });
  const holder = (pid: number, fixture: string, change = (text: string) => text) => {
    stage.link(`proc/${pid}/fd/5`, "/dev/dri/renderD128");
    stage.write(`proc/${pid}/fdinfo/5`, change(stage.fixture(`intel/${fixture}`)));
  };

  it("of the processor share its memory, and tell what watched processes do with them", async () => {
    card(0, "0000:00:02.0", "i915", {
      "gt/gt0/rps_act_freq_mhz": 1350,
      "gt/gt0/throttle_reason_status": 1,
      "gt/gt0/throttle_reason_pl1": 1,
      "gt/gt0/throttle_reason_thermal": 0,
    });
    let busy = 1e9;
    const work = () => holder(100, "fdinfo-i915.txt", (text) => text.replace("1000000000 ns", `${busy} ns`));
    work();
    stage.sample({
      tools: false,
      watched: () => {
        // Always ahead: more work than time, which counts as busy all the time.
        busy += 10e9;
        work();
        return [100];
      },
    });
    const { gpus } = await stage.reading("the second look", (reading) => reading.gpus[0]?.utilization !== undefined);
    const [gpu] = gpus;
    assert.deepEqual([gpu?.utilization, gpu?.sharedMemory, gpu?.coreClock], [1, true, 1350e6]);
    assert.equal(gpu?.memoryTotal, 127_600_000 * 1024);
    assert.deepEqual(gpu?.processes, [{ pid: 100, memory: 3_835_792 * 1024 }]);
    assert.deepEqual(gpu?.throttle, ["power cap"]);
    assert.match(gpu?.missing.utilization ?? "", /own processes alone.*xpu-smi/);
    assert.match(gpu?.missing.power ?? "", /xpu-smi/);
  });

  it("on the xe driver tell ticks for time", async () => {
    card(1, "0000:03:00.0", "xe", {
      "device/tile0/gt0/freq0/act_freq": 2400,
      "device/tile0/gt0/freq0/throttle/status": 0,
    });
    let looks = 0;
    stage.sample({
      tools: false,
      watched: () => {
        looks++;
        holder(100, "fdinfo-xe.txt", (text) =>
          text
            .replace("drm-cycles-ccs:\t0", `drm-cycles-ccs:\t${looks * 2000}`)
            .replace("drm-total-cycles-ccs:\t7655183225", `drm-total-cycles-ccs:\t${7_655_183_225 + looks * 1000}`),
        );
        return [100];
      },
    });
    const { gpus } = await stage.reading("the second look", (reading) => reading.gpus[0]?.utilization !== undefined);
    // Two of four engines.
    assert.equal(gpus[0]?.utilization, 0.5);
    assert.deepEqual(gpus[0]?.processes, [{ pid: 100, memory: 23_992 * 1024 }]);
    assert.deepEqual([gpus[0]?.throttle, gpus[0]?.coreClock, gpus[0]?.sharedMemory], [[], 2.4e9, undefined]);
    assert.match(gpus[0]?.missing.memory ?? "", /xpu-smi/);
  });

  it("tell energy, which is power over time", async () => {
    let joules = 0;
    card(1, "0000:03:00.0", "xe");
    stage.sample({
      tools: false,
      watched: () => {
        joules += 1e6;
        stage.files("sys/class/drm/card1/device/hwmon/hwmon2", { energy1_input: joules * 1e6 });
        return [];
      },
    });
    const { gpus } = await stage.reading("the second look", (reading) => reading.gpus[0]?.power !== undefined);
    assert.ok((gpus[0]?.power ?? 0) > 1e5);
  });

  it("are told by xpu-smi where that is installed, each by its address", async () => {
    card(0, "0000:4d:00.0", "i915");
    card(1, "0000:4e:00.0", "i915");
    stage.play("intel/xpu-smi.txt");
    stage.sample({ env: { PATH: stage.path, STAND_IN: stage.folder } });
    const { gpus } = await stage.reading(
      "both",
      ({ gpus: [one, two] }) => one?.power !== undefined && two?.power !== undefined,
    );
    const [one, two] = gpus;
    assert.deepEqual(
      [one?.name, one?.power, one?.coreClock, one?.celsius, one?.memoryUsed, one?.memoryTotal],
      ["Intel(R) Data Center GPU Max 1550", 281.13, 1.6e9, 35.5, 26_752 * MiB, 131_072 * MiB],
    );
    assert.deepEqual([one?.utilization, two?.utilization], [undefined, 0.375]);
    assert.match(one?.missing.utilization ?? "", /own processes alone/);
    assert.equal(two?.missing.utilization, undefined);
    assert.ok((stage.sampler?.pids().length ?? 0) >= 1);
  });
});
