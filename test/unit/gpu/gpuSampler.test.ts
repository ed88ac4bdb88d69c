import assert from "node:assert/strict";
import { until } from "../../support/until.ts";
import { Stage } from "./stage.ts";

describe("The GPU sampler", function () {
  this.timeout(30_000);
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(() => stage.dispose());

  it("says where it looked when there is no GPU", async () => {
    stage.sample({ tools: false });
    const { gpus, message } = await stage.reading("a reading", () => true);
    assert.deepEqual([gpus, stage.sampler?.pids()], [[], []]);
    assert.match(message ?? "", /^No GPU was found: no nvidia-smi on PATH, and no card/);
  });

  it("finds a card whose driver is loaded later", async () => {
    stage.sample({ tools: false, times: { lookAgain: 0.3 } });
    await stage.reading("none at first", ({ message }) => /No GPU/.test(message ?? ""));
    stage.files("sys/class/drm/card0/device", {
      vendor: "0x1002",
      uevent: "DRIVER=amdgpu\nPCI_SLOT_NAME=0000:03:00.0",
    });
    const [gpu] = await stage.gpus("the card");
    assert.equal(gpu?.id, "0000:03:00.0");
  });

  it("starts its tools anew for another interval, and ends them for none", async () => {
    stage.play("nvidia/h200.txt");
    stage.sample();
    await stage.gpus("figures");
    const before = stage.sampler?.pids() ?? [];
    stage.sampler?.setInterval(0.4);
    await until("another loop", () => stage.starts.some(({ args }) => args.endsWith("--loop-ms=400")));
    await stage.gpus("figures again");
    assert.ok((stage.sampler?.pids() ?? []).every((pid) => !before.includes(pid)));
    stage.sampler?.setInterval(0);
    await until("no program", () => stage.sampler?.pids().length === 0);
    const count = stage.readings.length;
    stage.sampler?.setInterval(0.2);
    await until("readings again", () => stage.readings.slice(count).some(({ gpus }) => gpus.length > 0));
  });

  it("tells each look of a tool once", async () => {
    stage.play("nvidia/h200.txt");
    stage.sample();
    await stage.gpus("figures");
    const from = stage.readings.length;
    await stage.reading("ten more", () => stage.readings.length > from + 10);
    const times = stage.readings.slice(from).flatMap(({ gpus }) => gpus.map(({ time }) => time));
    assert.equal(new Set(times).size, times.length);
  });

  it("reads cards of several makers together", async () => {
    stage.play("nvidia/h200.txt");
    stage.files("sys/class/drm/card0/device", {
      vendor: "0x1002",
      uevent: "DRIVER=amdgpu\nPCI_SLOT_NAME=0000:03:00.0",
    });
    stage.sample();
    const { gpus } = await stage.reading("both", (reading) => reading.gpus.length === 2);
    assert.deepEqual(
      gpus.map(({ vendor }) => vendor),
      ["nvidia", "amd"],
    );
  });
});
