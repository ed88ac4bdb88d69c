import type {
  AllocationProfile,
  HuntedAgent,
  LeakHuntProgress,
  LeakReport,
  LeakResource,
  LeakSuspect,
  LeakVerdict,
} from "../../model/leaks.ts";
import { isHeap, judgeReadings, type Reading } from "./resources.ts";

export interface HuntOptions {
  agent: HuntedAgent;
  /** Makes the agent do so many turns, or waits until it has; @returns how many it did. */
  turns: (count: number) => Promise<number>;
  /** Over the whole hunt. */
  turnCount: number;
  /** Seconds after which no more turns are begun. */
  duration: number;
  /** Where the three snapshots go; absent: none is taken. */
  snapshots?: readonly [string, string, string];
  /** Track every allocation, where snapshots are taken. */
  exact: boolean;
  explain: (turns: number, profile: AllocationProfile | undefined) => Promise<LeakSuspect[]>;
  onProgress: (progress: LeakHuntProgress) => void;
  signal: AbortSignal;
  /** Seconds, monotonic. */
  now: () => number;
}

/** Readings before the first snapshot, which nobody judges; and after it, in two halves. */
const WARM_UP = 12;
const READINGS = 40;
/** Between which all turns of a hunt are spread. */
export const ALL_READINGS = WARM_UP + READINGS;
/** A hunt goes on for more readings, up to so many times, while nobody can tell. */
const MOST_ROUNDS = 3;

/**
 * Hunts for what leaks: after a warm-up, readings of the resources, each after a collection and some turns, with three
 * snapshots between them, until the trend is plain. @throws when the agent goes away, or the hunt is cancelled; the
 * agent has its speed back then, too
 */
export async function huntLeaks(options: HuntOptions): Promise<LeakReport> {
  const { agent, signal, now, snapshots } = options;
  const begun = now();
  const course = new Course(options);
  let paused = 0;
  const takeSnapshot = async (which: 0 | 1 | 2) => {
    if (!snapshots) return;
    // What a collection moves loses its stack: some turns behind the last one.
    if (options.exact && which > 0) await course.turn();
    signal.throwIfAborted();
    course.tell("snapshot");
    paused += await agent.snapshot(snapshots[which]);
  };
  try {
    await course.go("warming up", WARM_UP);
    await agent.watchAllocations(options.exact && snapshots !== undefined);
    await takeSnapshot(0);
    const first = course.turns;
    let middle = first;
    let resources: LeakResource[] = [];
    for (let round = 1; round <= MOST_ROUNDS; round++) {
      await course.go("reading", READINGS / 2);
      // Of a longer hunt, the half of the whole counts.
      if (round === 1) {
        await takeSnapshot(1);
        middle = course.turns;
        await course.go("reading", READINGS / 2);
      }
      resources = judgeReadings(course.readings, course.isCounted);
      const unsure = resources.some(({ name, verdict }) => isHeap(name) && verdict === "inconclusive");
      if (!unsure || course.isOver) break;
    }
    const profile = await agent.allocations();
    await takeSnapshot(2);
    await agent.release();
    course.tell("explaining");
    const suspects = await options.explain(course.turns - first, profile);
    const steady = middle > first;
    return {
      ...verdictOf(resources, steady ? suspects : [], course),
      resources,
      suspects,
      turns: course.turns,
      duration: now() - begun,
      paused,
      snapshots: snapshots ? [...snapshots] : [],
    };
  } finally {
    await agent.release();
  }
}

/** Turns and readings of one hunt. */
class Course {
  readonly #options: HuntOptions;
  readonly #begun: number;
  readings: Reading[] = [];
  turns = 0;
  #taken = 0;
  /** Times that turns were begun. */
  #times = 0;

  constructor(options: HuntOptions) {
    this.#options = options;
    this.#begun = options.now();
  }

  get isOver(): boolean {
    return this.#options.now() - this.#begun >= this.#options.duration;
  }

  /** Whether turns were made, mostly: else readings go by time. */
  get isCounted(): boolean {
    const moved = this.readings.filter(({ turns }, i) => turns > (this.readings[i - 1]?.turns ?? 0));
    return moved.length > this.readings.length / 2;
  }

  tell(step: LeakHuntProgress["step"]): void {
    const share = Math.min(0.98, this.#taken / ALL_READINGS);
    this.#options.onProgress({ step, share, turns: this.turns });
  }

  /** As many turns as lie between two readings, so that together they are all that are asked for; one at least. */
  async turn(): Promise<void> {
    const { turns, turnCount, signal } = this.#options;
    if (this.isOver) return;
    const until = (times: number) => Math.floor((times * turnCount) / ALL_READINGS);
    this.#times++;
    this.turns += await turns(Math.max(1, until(this.#times) - until(this.#times - 1)));
    signal.throwIfAborted();
  }

  /** So many readings, with as many turns before each as the whole has place for. */
  async go(step: LeakHuntProgress["step"], readings: number): Promise<void> {
    const { agent, signal, now } = this.#options;
    for (let i = 0; i < readings && !this.isOver; i++) {
      signal.throwIfAborted();
      this.tell(step);
      await this.turn();
      const values = await agent.read();
      this.#taken++;
      // What warms up is not judged.
      if (step !== "warming up") this.readings.push({ time: now(), turns: this.turns, values });
    }
  }
}

/** Of a hunt whose trend is not plain, growth of this share of turns in both halves is a pattern all the same. */
const EACH_TURN = 0.2;
const COUNTED =
  "That was counted at three moments; the readings do not show it yet. What still fills up to a bound looks the same: where it has one, hunt with more turns than that.";

function verdictOf(
  resources: readonly LeakResource[],
  suspects: readonly LeakSuspect[],
  { turns, readings }: Course,
): { verdict: LeakVerdict; confidence: number; summary: string } {
  const leaking = resources.filter(({ verdict }) => verdict === "leak");
  const [worst] = leaking.toSorted((a, b) => b.confidence - a.confidence);
  const [main] = suspects;
  if (worst) {
    const confidence = main ? Math.max(worst.confidence, 0.99) : worst.confidence;
    return { verdict: "leak", confidence, summary: main ? main.explanation : `${worst.name}: ${worst.reason}.` };
  }
  // One object a turn, in both halves, in one place: no trend is needed to see that.
  const steady =
    main && turns > 0 && main.growthPerTurn !== null && main.growthBytes > 0 && main.count >= EACH_TURN * turns;
  if (steady) return { verdict: "leak", confidence: 0.8, summary: `${main.explanation} ${COUNTED}` };
  if (turns === 0 && !leaking.length)
    return {
      verdict: "inconclusive",
      confidence: 0,
      summary: "The agent did no turns meanwhile: let it do some, or have the hunt make them (--action URL).",
    };
  const unsure = resources.find(({ verdict }) => verdict === "inconclusive");
  if (unsure || readings.length === 0)
    return {
      verdict: "inconclusive",
      confidence: 0.3,
      summary: unsure
        ? `${unsure.name}: ${unsure.reason}.`
        : "There was no time for a reading after the warm-up: allow more of it.",
    };
  const confidence = Math.min(...resources.map((one) => one.confidence));
  return { verdict: "no-leak", confidence, summary: `Nothing grew over ${turns} turns by more than noise.` };
}
