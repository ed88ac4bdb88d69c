import assert from "node:assert/strict";
import { leakSeverity } from "../../../src/judges/leaks/watch/severity.ts";
import { mib, type Scene, watched } from "./support/heldRun.ts";

const HEAP = "v8js.memory.heap.used";
const RSS = "process.memory.usage";
const FILES = "process.unix.file_descriptor.count";

const steady = () => 5;
/** A process whose memory comes back at once, as Python's. */
const plain = (rss: Scene["held"][string], more: Partial<Scene> = {}): Scene => ({
  traffic: steady,
  collects: false,
  held: { [RSS]: rss },
  ...more,
});

describe("watching a run", function () {
  this.timeout(60_000);

  const clean: Record<string, Scene> = {
    "is level": plain(() => mib(200)),
    "warms up": plain((t) => mib(100 + 150 * (1 - Math.exp(-t / 60)))),
    "warms up for long": plain((t) => mib(100 + 150 * (1 - Math.exp(-t / 250)))),
    "needs more while more is asked of it": plain((_, __, rate) => mib(200 + 10 * rate), {
      traffic: (t) => 1 + t / 100,
    }),
    "needs more since traffic began": plain((_, __, rate) => mib(200 + 10 * rate), {
      traffic: (t) => (t < 400 ? 0 : 5),
    }),
    "needs more with each client that comes": plain((_, __, rate) => mib(200 + 20 * rate), {
      traffic: (t) => 1 + Math.floor(t / 300) * 2,
    }),
    "opens and closes files": { traffic: steady, noise: 0, held: { [FILES]: (t) => 30 + ((t * 7919) % 5) } },
  };
  for (const [what, scene] of Object.entries(clean))
    it(`calls no leak what ${what}`, async () => {
      for (const seconds of [600, 1500, 2400]) {
        const { verdict, summary } = await watched(scene, seconds);
        assert.notEqual(verdict, "leak", `after ${seconds} s: ${summary}`);
      }
      assert.equal((await watched(scene, 2400)).verdict, "no-leak");
    });

  const leaky: Record<string, Scene> = {
    "grows by time": plain((t) => mib(200 + 0.1 * t)),
    "grows slowly under noise": plain((t) => mib(200 + 0.05 * t), { noise: 0.02 }),
    "grows turn by turn while traffic rises": plain((_, turns) => mib(200 + 0.03 * turns), {
      traffic: (t) => 1 + t / 300,
    }),
    "grows turn by turn while traffic ebbs": plain((_, turns) => mib(200 + 0.03 * turns), {
      traffic: (t) => 8 - t / 250,
    }),
    "grows in bursts of traffic": plain((_, turns) => mib(200 + 0.03 * turns), {
      traffic: (t) => (t % 120 < 60 ? 8 : 0),
    }),
    "leaves files open": { traffic: steady, noise: 0, held: { [FILES]: (_, turns) => 30 + Math.floor(turns / 50) } },
  };
  for (const [what, scene] of Object.entries(leaky))
    it(`finds what ${what}`, async () => {
      for (const seconds of [700, 1400]) {
        const { verdict, confidence, severity, summary } = await watched(scene, seconds);
        assert.equal(verdict, "leak", `after ${seconds} s: ${summary}`);
        assert.ok(confidence >= 0.9 && severity, `${confidence} ${severity}`);
      }
    });

  it("says when it will judge, and of what grew how much a minute and a turn, until when", async () => {
    const scene = plain((t) => mib(200 + 0.1 * t));
    const early = await watched(scene, 130);
    assert.deepEqual([early.verdict, early.summary], ["inconclusive", "Judged in about 2 min."]);
    const limit = { value: mib(1024), what: "end of the machine's memory" };
    const { summary, resources, severity } = await watched(scene, 1200, { limitOf: () => limit });
    assert.match(
      summary,
      /^The process's memory grows 6\.\d+ MiB a minute \(20\.\d KiB a turn\) and reaches the end of the machine's memory in 1 h 5\d min\.$/,
    );
    const [rss] = resources;
    assert.ok(rss?.exhaustedIn && rss.slopePerTurn && severity === "error");
    assert.ok(Math.abs(rss.slope.value / mib(0.1) - 1) < 0.05 && rss.slope.from < rss.slope.value);
    assert.ok(Math.abs(rss.exhaustedIn.value - (1024 - 320) / 0.1) < 400, `${rss.exhaustedIn.value} s`);
    assert.ok(rss.exhaustedIn.from < rss.exhaustedIn.value && (rss.exhaustedIn.to ?? 0) > rss.exhaustedIn.value);
    assert.ok(Math.abs(rss.line.to - mib(320)) < mib(4));
    assert.equal(rss.points.time.length, 240);
  });

  describe("of a heap that is collected seldom", () => {
    /** Garbage that V8 leaves lying about between two collections, over what is alive. */
    const heap = (alive: (t: number) => number, every: number): Scene => ({
      traffic: steady,
      held: {
        [HEAP]: (t) => mib(alive(t) + ((t % every) * 40) / every),
        [RSS]: (t) => mib(80 + alive(t) + ((t % every) * 40) / every),
      },
      collections: { every, left: (t) => mib(alive(t)) },
    });
    const heapOf = (watch: Awaited<ReturnType<typeof watched>>) =>
      watch.resources.find(({ name }) => name === HEAP || name.endsWith("heap.after_collection"));

    it("can't tell while none was seen, and says what would", async () => {
      const watch = await watched(
        heap(() => 30, 100_000),
        1000,
      );
      assert.equal(watch.verdict, "no-leak", watch.summary);
      const growing = heap((t) => 30 + 0.05 * t, 100_000);
      const unsure = await watched(growing, 1000);
      assert.equal(unsure.verdict, "inconclusive");
      assert.match(
        unsure.summary,
        /^The heap grows .* a minute.*: it grows, and no collection of the whole heap was seen/,
      );
      assert.equal(heapOf(unsure)?.unsettled, true);
      assert.equal(unsure.resources.find(({ name }) => name === RSS)?.verdict, "follows heap");
      const settled = (verdict: "leak" | "no-leak") =>
        watched(growing, 1000, { settled: new Map([[HEAP, { verdict, confidence: 0.99, time: 1_790_000_900 }]]) });
      assert.equal((await settled("leak")).verdict, "leak");
      assert.equal((await settled("no-leak")).verdict, "no-leak");
      const level = heap(() => 30, 100_000);
      const found = new Map([[HEAP, { verdict: "leak" as const, confidence: 0.99, time: 1_790_000_900 }]]);
      const slow = await watched({ ...level, held: { [HEAP]: () => mib(30) } }, 1000, { settled: found });
      assert.equal(slow.verdict, "leak");
      assert.match(slow.summary, /^The heap (leaks: a hunt found that it leaks|grows .* a minute.*)\.$/);
    });

    it("judges by what few of them left", async () => {
      assert.equal(
        heapOf(
          await watched(
            heap(() => 30, 280),
            1100,
          ),
        )?.verdict,
        "no-leak",
      );
      const leak = heapOf(
        await watched(
          heap((t) => 30 + 0.05 * t, 200),
          1100,
        ),
      );
      assert.equal(leak?.verdict, "leak", leak?.reason);
      assert.equal(leak?.points.value.length, 5);
      assert.match(leak?.reason ?? "", /^each of \d collections left more than the one before$/);
    });

    it("judges by what many of them left", async () => {
      assert.equal(
        heapOf(
          await watched(
            heap(() => 30, 20),
            1100,
          ),
        )?.verdict,
        "no-leak",
      );
      const leak = heapOf(
        await watched(
          heap((t) => 30 + 0.05 * t, 20),
          1100,
        ),
      );
      assert.equal(leak?.verdict, "leak", leak?.reason);
      assert.ok(Math.abs((leak?.slope.value ?? 0) / mib(0.05) - 1) < 0.1);
    });
  });

  it("does not take a process for leaking whose heap nobody sees, before it outgrew all garbage", async () => {
    const node = (perSecond: number): Scene => ({ ...plain((t) => mib(60 + perSecond * t)), collects: true });
    const { resources } = await watched(node(0.05), 1200);
    assert.deepEqual([resources[0]?.verdict, resources[0]?.unsettled], ["inconclusive", true]);
    assert.equal((await watched(node(1), 1200)).verdict, "leak");
  });

  it("believes that memory outside of a level heap leaks once it is more than V8's own pools", async () => {
    const native = (perSecond: number): Scene => ({
      traffic: steady,
      held: { [HEAP]: () => mib(30), [RSS]: (t) => mib(90 + perSecond * t) },
    });
    assert.equal((await watched(native(0.15), 500)).verdict, "inconclusive");
    assert.equal((await watched(native(0.03), 1300)).verdict, "inconclusive");
    assert.equal((await watched(native(0.15), 1300)).verdict, "leak");
  });

  it("names a warning of too many listeners, and nothing where there was none", async () => {
    const warnings = "agent_vitals.nodejs.listener_warnings";
    const scene = (count: number): Scene => ({
      traffic: steady,
      noise: 0,
      held: { [warnings]: (t) => (t > 500 ? count : 0), [RSS]: () => 1e8 },
    });
    const { verdict, summary } = await watched(scene(2), 1200);
    assert.equal(verdict, "inconclusive");
    assert.match(summary, /^The number of listeners: Node warned of 2 emitters that/);
    assert.equal((await watched(scene(0), 1200)).resources.length, 1);
  });

  it("is as severe as the leak is near its end and sure", () => {
    assert.equal(leakSeverity(0.99, 60), "emergency");
    assert.equal(leakSeverity(0.99, 600), "critical");
    assert.equal(leakSeverity(0.99, 3600), "error");
    assert.equal(leakSeverity(0.99, 86_400), "warning");
    assert.equal(leakSeverity(0.99, undefined), "notice");
    assert.equal(leakSeverity(0.9, undefined), "info");
    assert.equal(leakSeverity(0.9, 60), "critical");
  });
});
