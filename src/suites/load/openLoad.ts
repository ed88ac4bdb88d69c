import type { LoadRun } from "./generate.ts";
import { Pacer } from "./pacer.ts";
import { type Shape, startsOf } from "./shape.ts";

/** So many begin in one turn of the event loop at most: answers are read between. */
const BURST = 64;
/** So many are given up in one. */
const LARGE_BURST = 10_000;
/** Seconds behind the end in which what is late may still begin. */
const LATE = 1;

/**
 * Begins requests when they are to, whatever has become of those before. Where all connections are busy they wait, and
 * their time runs; those that would wait for longer than a request may, or have not begun by the end, are given up.
 */
export async function openLoad(run: LoadRun, shape: Shape): Promise<void> {
  const { stretch } = run;
  const { connections, duration, timeout, thread, threads } = stretch;
  const starts = startsOf(shape, stretch.seed);
  const ended = Promise.withResolvers<void>();
  /** When a connection became free after all had been busy. */
  let freed = 0;
  let waiting = false;
  let next = nextOf(starts, thread);
  const pacer = new Pacer(run.now, () => pump());

  const finishOne = () => {
    if (waiting) {
      waiting = false;
      freed = run.now();
      pacer.at(0);
    } else if (next === undefined && run.underWay === 0) ended.resolve();
  };
  const pump = () => {
    let begun = 0;
    let left = 0;
    while (next !== undefined) {
      const now = run.now();
      if (run.over || next >= duration) next = undefined;
      else if (next > now || begun === BURST || left === LARGE_BURST) return pacer.at(next);
      else if (now - next > timeout || freed > duration || now > duration + LATE) {
        left++;
        run.giveUp(next);
        next = nextOf(starts, threads - 1);
      } else if (run.underWay >= connections) {
        waiting = true;
        return;
      } else {
        begun++;
        void run.begin(next, Math.max(next, freed), 0).then(finishOne);
        next = nextOf(starts, threads - 1);
      }
    }
    if (run.underWay === 0) ended.resolve();
  };
  void run.ending.then(() => {
    pacer.cancel();
    pump();
  });
  pacer.at(next ?? 0);
  await ended.promise;
  pacer.cancel();
}

/** The next start but so many, which are other threads'. */
function nextOf(starts: Generator<number, void>, skipped: number): number | undefined {
  for (let i = 0; i < skipped; i++) if (starts.next().done) return undefined;
  return starts.next().value ?? undefined;
}
