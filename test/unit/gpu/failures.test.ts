import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { until } from "../../support/until.ts";
import { Stage } from "./stage.ts";

const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const cardStarts = (stage: Stage) => stage.starts.filter(({ args }) => args.includes("--query-gpu"));

describe("A GPU tool that fails", function () {
  this.timeout(60_000);
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
    stage.play("nvidia/h200.txt");
  });
  afterEach(() => stage.dispose());

  const times = { patience: 1.5 };

  it("by hanging is ended and started again, and its last figures are not shown as fresh", async () => {
    stage.sample({ times });
    await stage.gpus("figures at first");
    const [first] = cardStarts(stage);
    stage.order("hang");
    const { message } = await stage.reading("none while it hangs", ({ gpus }) => gpus.length === 0);
    assert.match(message ?? "", /has (told|printed) nothing/);
    const after = await stage.reading("its end", (reading) => /was ended/.test(reading.message ?? ""));
    assert.equal(after.gpus.length, 0);
    await until("the hung one is gone", () => !alive(first?.pid ?? 0));
    stage.order("");
    const healed = await stage.reading("figures again", ({ gpus }) => gpus.length === 1);
    assert.equal(healed.message, undefined);
    assert.ok(cardStarts(stage).length >= 2);
  });

  it("by printing garbage is ended, and says what it printed", async () => {
    stage.order("garbage");
    stage.sample({ times });
    const { message, gpus } = await stage.reading("the end", (reading) => /can be read/.test(reading.message ?? ""));
    assert.match(message ?? "", /nothing that can be read \(“.*what is this, 7, 8”\)/);
    assert.equal(gpus.length, 0);
    stage.order("");
    await stage.gpus("figures again");
  });

  it("by printing half lines is put together again", async () => {
    stage.play("nvidia/gtx-1070-multi.txt");
    stage.order("half");
    stage.sample();
    const from = stage.readings.length;
    const gpus = await stage.gpus("all four");
    assert.deepEqual(
      gpus.map(({ index, power }) => [index, power]),
      [
        [0, 101],
        [1, 98],
        [2, 100],
        [3, 97],
      ],
    );
    await stage.reading("more", () => stage.readings.length > from + 10);
    const counts = stage.readings.slice(from).map((reading) => reading.gpus.length);
    assert.deepEqual([...new Set(counts.filter((count) => count > 0))], [4]);
  });

  it("by being killed is started again", async () => {
    stage.sample();
    await stage.gpus("figures");
    const [{ pid } = { pid: 0 }] = cardStarts(stage);
    process.kill(pid, "SIGKILL");
    await until("a new one", () => cardStarts(stage).length === 2);
    await stage.gpus("figures again");
    assert.ok(
      stage.logged.some((line) => /was ended by SIGKILL/.test(line)),
      stage.logged.join("\n"),
    );
  });

  it("again and again is started ever more rarely", async () => {
    stage.order("die");
    stage.sample({ times: { backOff: 0.1, mostBackOff: 0.8 } });
    const starts: number[] = [];
    await until("five starts", () => {
      while (starts.length < cardStartsIfAny(stage)) starts.push(performance.now());
      return starts.length >= 5;
    });
    const waits = starts.slice(1).map((at, i) => (at - (starts[i] ?? 0)) / 1000);
    // 0.1, 0.2, 0.4 and 0.8 s, and each time what a start takes.
    for (const [i, least] of [0.1, 0.2, 0.4, 0.8].entries())
      assert.ok((waits[i] ?? 0) >= least * 0.9, `${waits.map((wait) => wait.toFixed(2))}`);
    assert.match(stage.readings.at(-1)?.message ?? "", /ended with code 3\./);
    assert.equal(stage.logged.filter((line) => /^nvidia-smi ended/.test(line)).length, 1, "said once, not each time");
  });

  for (const [fixture, sentence] of [
    ["failure-mismatch.txt", /updated while its older version is still loaded: restart the machine\./],
    ["failure-no-devices.txt", /finds no card: .*--gpus all/],
    ["failure-no-driver.txt", /not loaded: install it/],
  ] as const)
    it(`with a reason says what that means: ${fixture}`, async () => {
      stage.play(`nvidia/${fixture}`);
      stage.sample();
      const { message } = await stage.reading("the reason", (reading) => sentence.test(reading.message ?? ""));
      assert.match(message ?? "", /It is tried again in \d+ s\.$/);
    });

  it("since it is not there is said, where a card is", async () => {
    stage.files("sys/class/drm/card0/device", { vendor: "0x10de" });
    stage.sample({ tools: false });
    const { message } = await stage.reading("the reason", (reading) => /PATH/.test(reading.message ?? ""));
    assert.match(message ?? "", /An NVIDIA card is here, but no nvidia-smi on PATH: install/);
  });

  it("leaves nothing behind, even when we are killed", async () => {
    const program = join(import.meta.dirname, "watcher.ts");
    const env = { ...process.env, STAGE: stage.folder, PATH: stage.path };
    const watcher = spawn(process.execPath, [program], { env, stdio: "ignore" });
    try {
      await until("both tools", () => stage.started && stage.starts.length >= 2);
      const pids = stage.starts.map(({ pid }) => pid);
      assert.ok(pids.every(alive));
      watcher.kill("SIGKILL");
      await until("their end", () => !pids.some(alive));
    } finally {
      watcher.kill("SIGKILL");
    }
  });
});

const cardStartsIfAny = (stage: Stage) => (stage.started ? cardStarts(stage).length : 0);
