import { formatBytes, formatCount, formatDuration } from "../../../src/model/format.ts";
import type { LeakHuntState, LeakHuntStep } from "../../../src/model/leaks.ts";
import { clockSecond } from "../../shared/clockTime.ts";

type StepName = LeakHuntStep["step"];

/** A step of a hunt as its panel tells it. */
export interface ShownStep {
  state: "done" | "going on" | "to come";
  title: string;
  /** Behind the title. */
  note?: string;
  /** At the right: how long it took, when it was, how far it is. */
  aside?: string;
}

const withSnapshots: StepName[] = [
  "warming up",
  "snapshot",
  "reading",
  "snapshot",
  "reading",
  "snapshot",
  "explaining",
];
const without: StepName[] = ["warming up", "reading", "explaining"];

/** Steps that were done, the one under way, and those to come. */
export function shownSteps(hunt: LeakHuntState): ShownStep[] {
  let snapshot = 0;
  const known = hunt.steps.map((step): ShownStep => {
    if (step.step === "warming up") snapshot = 0;
    if (step.step === "snapshot") snapshot++;
    const title = titleOf(hunt, step.step, snapshot);
    if (step.ended === undefined) return goingOn(hunt, step, title);
    const note = noteOf(step);
    const aside = step.step === "snapshot" ? clockSecond(step.begun) : formatDuration(step.ended - step.begun);
    return { state: "done", title, aside, ...(note && { note }) };
  });
  const later = toCome(hunt).map((step): ShownStep => {
    if (step === "snapshot") snapshot++;
    return { state: "to come", title: titleOf(hunt, step, snapshot) };
  });
  return [...known, ...later];
}

/** What follows what was done last: a hunt in a worker thread begins anew after the one in the main thread. */
function toCome({ steps, snapshots, runtime }: LeakHuntState): StepName[] {
  // A Python agent notes what is held also where nothing is traced.
  const plan = snapshots || runtime === "python" ? withSnapshots : without;
  const begin = Math.max(
    0,
    steps.findLastIndex(({ step }) => step === "warming up"),
  );
  const own = steps.slice(begin);
  const last = own.at(-1)?.step;
  if (last === undefined) return plan;
  const taken = own.filter(({ step }) => step === "snapshot").length;
  // Readings may go on for several rounds: where the hunt stands is told by its snapshots.
  const place = plan.findIndex(
    (step, i) => step === last && plan.slice(0, i + 1).filter((one) => one === "snapshot").length === taken,
  );
  return plan.slice(place + 1);
}

function titleOf({ runtime }: LeakHuntState, step: StepName, snapshot: number): string {
  switch (step) {
    case "warming up":
      return "Warm up";
    case "snapshot":
      return runtime === "python" ? `What is held is noted, ${snapshot} of 3` : `Snapshot ${snapshot} after GC`;
    case "reading":
      return "Turns, read after each GC";
    case "explaining":
      return "Compare and explain";
  }
}

function noteOf({ step, turns, pause, heap }: LeakHuntStep): string | undefined {
  if (step === "snapshot") {
    const said = [heap !== undefined && formatBytes(heap), pause !== undefined && `paused ${formatDuration(pause)}`];
    return said.filter(Boolean).join(", ") || undefined;
  }
  return step === "explaining" ? undefined : turnsText(turns);
}

function goingOn({ progress }: LeakHuntState, { step, turns }: LeakHuntStep, title: string): ShownStep {
  const common = { state: "going on" as const, title };
  if (step === "snapshot") return { ...common, note: "the agent pauses" };
  if (step === "explaining") return { ...common, note: "the agent has its speed back" };
  return { ...common, note: turnsText(turns), aside: `${Math.round(progress.share * 100)} %` };
}

/** `1 turn`, `1,000 turns`. */
export const turnsText = (turns: number): string => `${formatCount(turns)} turn${turns === 1 ? "" : "s"}`;
