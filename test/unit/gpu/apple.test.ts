import assert from "node:assert/strict";
import { totalmem } from "node:os";
import { accelerators } from "../../../src/inputs/sampling/gpu/apple.ts";
import { Stage } from "./stage.ts";

describe("Apple's GPUs", function () {
  this.timeout(30_000);
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(() => stage.dispose());

  it("are told by the registry, without administrator's rights", async () => {
    stage.play("apple/m4.txt");
    stage.sample({ platform: "darwin" });
    const [gpu] = await stage.gpus("the GPU");
    assert.deepEqual(
      [gpu?.id, gpu?.name, gpu?.utilization, gpu?.memoryUsed, gpu?.memoryTotal, gpu?.sharedMemory],
      ["AGXAcceleratorG16G-0", "Apple M4", 0.88, 550_649_856, totalmem(), true],
    );
    assert.match(gpu?.missing.temperature ?? "", /powermetrics/);
    assert.match(gpu?.missing.processes ?? "", /by process/);
  });

  it("that the registry does not list are said to be missing", async () => {
    stage.write("fixture", "\n");
    stage.sample({ platform: "darwin" });
    await stage.reading("the reason", ({ gpus, message }) => gpus.length === 0 && /no accelerator/.test(message ?? ""));
  });

  it("with figures that can't be true leave these out", () => {
    const text = stage
      .fixture("apple/m4.txt")
      .replace('%"=88', '%"=101')
      .replace("=550649856", "=18446744071562067968");
    const [gpu] = accelerators(text, 1, 2);
    assert.deepEqual([gpu?.utilization, gpu?.memoryUsed], [undefined, undefined]);
    assert.ok(gpu?.missing.utilization && gpu.missing.memory);
  });
});
