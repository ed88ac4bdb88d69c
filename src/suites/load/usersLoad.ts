import type { LoadRun } from "./generate.ts";
import type { UserStep } from "./stretch.ts";

/** Seconds. */
const LONGEST_WITHOUT_TURN = 0.01;
/** Milliseconds: a longer one would end at once. */
const LONGEST_TIMER = 2 ** 30;

/** Users who each wait for their answer, think, and ask again. */
export async function usersLoad(
  run: LoadRun,
  { steps, thinkTime }: { steps: readonly UserStep[]; thinkTime: number },
): Promise<void> {
  const { thread, threads, duration } = run.stretch;
  const most = Math.max(0, ...steps.map(({ users }) => users));
  const users: Promise<void>[] = [];
  /** Answers that come at once would leave the event loop no turn: neither a timer nor Ctrl+C came through. */
  let turned = run.now();
  for (let user = thread; user < most; user += threads) users.push(live(user));
  await Promise.all(users);
  return;

  /** Comes and goes as the steps have more and fewer users. */
  async function live(user: number): Promise<void> {
    for (const [i, { at, users }] of steps.entries()) {
      const end = Math.min(duration, steps[i + 1]?.at ?? Number.POSITIVE_INFINITY);
      if (user < users) await ask(user, at, end);
    }
  }

  async function ask(user: number, from: number, end: number): Promise<void> {
    for (let next = Math.max(from, run.now()); next < end && !run.over; next = run.now() + thinkTime) {
      // The end of a run wakes whoever thinks.
      if (next > run.now()) await until(next);
      if (run.over) return;
      await run.begin(next, next, user);
      if (run.now() - turned < LONGEST_WITHOUT_TURN) continue;
      await new Promise(setImmediate);
      turned = run.now();
    }
  }

  async function until(time: number): Promise<void> {
    // A timer may wake a part of a millisecond early, which would be before a load's begin.
    while (run.now() < time && !run.over) {
      let timer: NodeJS.Timeout | undefined;
      const passed = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, Math.min(LONGEST_TIMER, Math.ceil((time - run.now()) * 1000)));
      });
      await Promise.race([passed, run.ending]);
      clearTimeout(timer);
    }
  }
}
