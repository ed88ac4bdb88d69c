import assert from "node:assert/strict";
import type { LeakHuntState, LeakHuntStep } from "../../../../src/model/leaks.ts";
import { holders } from "../../../../webview/dashboard/memory/holders.ts";
import { shownSteps } from "../../../../webview/dashboard/memory/huntSteps.ts";

const done = (step: LeakHuntStep["step"], more: Partial<LeakHuntStep> = {}): LeakHuntStep => ({
  step,
  begun: 100,
  ended: 152,
  turns: 20,
  ...more,
});
const hunt = (steps: LeakHuntStep[], more: Partial<LeakHuntState> = {}): LeakHuntState => ({
  begun: 100,
  by: "user",
  turns: 1000,
  duration: 300,
  snapshots: true,
  progress: { step: steps.at(-1)?.step ?? "warming up", share: 0.64, turns: 20 },
  steps,
  ...more,
});
const { ended: _, ...goingOn } = done("reading");
const titles = (steps: LeakHuntStep[], more: Partial<LeakHuntState> = {}) =>
  shownSteps(hunt(steps, more)).map(({ state, title }) => `${state}: ${title}`);

describe("The steps of a hunt", () => {
  it("are told with what they took, the one under way, and those to come", () => {
    const steps = [done("warming up"), done("snapshot", { pause: 1.5, heap: 2 ** 20 }), goingOn];
    const [warm, snapshot, reading, ...later] = shownSteps(hunt(steps));
    assert.deepEqual(warm, { state: "done", title: "Warm up", note: "20 turns", aside: "52.0 s" });
    assert.equal(snapshot?.note, "1.00 MiB, paused 1.50 s");
    assert.deepEqual([reading?.state, reading?.aside], ["going on", "64 %"]);
    assert.deepEqual(
      later.map(({ title }) => title),
      ["Snapshot 2 after GC", "Turns, read after each GC", "Snapshot 3 after GC", "Compare and explain"],
    );
  });

  it("are all to come at the beginning, and none at the end", () => {
    assert.equal(shownSteps(hunt([])).filter(({ state }) => state === "to come").length, 7);
    const all = [
      done("warming up"),
      done("snapshot"),
      done("reading"),
      done("snapshot"),
      done("reading"),
      done("snapshot"),
      { ...goingOn, step: "explaining" as const },
    ];
    assert.equal(shownSteps(hunt(all)).filter(({ state }) => state === "to come").length, 0);
  });

  it("are no snapshots in a Python agent, traced or not", () => {
    for (const snapshots of [true, false])
      assert.deepEqual(titles([done("warming up")], { runtime: "python", snapshots }).slice(0, 2), [
        "done: Warm up",
        "to come: What is held is noted, 1 of 3",
      ]);
  });

  it("may read for several rounds before the last snapshot", () => {
    const steps = [
      done("warming up"),
      done("snapshot"),
      done("reading"),
      done("snapshot"),
      done("reading"),
      done("reading"),
      goingOn,
    ];
    assert.deepEqual(titles(steps).slice(6), [
      "going on: Turns, read after each GC",
      "to come: Snapshot 3 after GC",
      "to come: Compare and explain",
    ]);
  });

  it("begin anew in a worker thread", () => {
    const first = [done("warming up"), done("snapshot"), done("reading"), done("explaining")];
    assert.deepEqual(titles([...first, done("warming up"), { ...goingOn, step: "snapshot" }]).slice(5, 7), [
      "going on: Snapshot 1 after GC",
      "to come: Turns, read after each GC",
    ]);
  });

  it("are three without snapshots", () => {
    assert.deepEqual(titles([goingOn], { snapshots: false }), [
      "going on: Turns, read after each GC",
      "to come: Compare and explain",
    ]);
  });
});

describe("The way by which something is held", () => {
  it("is told inward, with the developer's own name marked", () => {
    assert.deepEqual(holders("[] in Map ‹ sessions in SessionStore ‹ store in scope of main", "sessions", "Session"), [
      { text: "store in scope of main", own: false },
      { text: "SessionStore.sessions", own: true },
      { text: "Map", own: false },
      { text: "Session", own: false },
    ]);
  });

  it("may be unknown, or V8's own", () => {
    assert.deepEqual(holders("", null, "Session"), []);
    assert.deepEqual(holders("(Global handles)", null, "Timeout"), [
      { text: "(Global handles)", own: false },
      { text: "Timeout", own: false },
    ]);
  });
});
