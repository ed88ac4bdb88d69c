import type { SuiteMeasureChange } from "../../model/suites.ts";
import { deviateOf } from "./normal.ts";

/** A chance of a false alarm that is taken, in the comparison as a whole. */
export const ALPHA = 0.05;
/** Fewer on each side tell nothing, not even that they are the same: no order of theirs is rare enough. */
export const FEWEST = 4;
/** More repeats than that nobody runs. */
export const MOST_REPEATS = 999;

/** So many that, should they be like those that there are, the interval narrows down to a verdict. */
export function moreRepeats(
  { change, noiseFloor, p }: Pick<SuiteMeasureChange, "change" | "noiseFloor" | "p">,
  { repeats, paired, tests }: { repeats: number; paired: boolean; tests: number },
): number {
  const least = Math.max(FEWEST, leastRepeats(tests, paired), repeats + 1);
  // So few do not tell how they scatter: that many could tell.
  if (repeats < FEWEST) return least - repeats;
  const half = (change.to - change.from) / 2;
  const size = Math.abs(change.value);
  const reach = size > noiseFloor ? size : noiseFloor - size;
  const narrow = half === 0 ? 0 : Math.ceil(repeats * (half / Math.max(reach, half / 30)) ** 2);
  const tail = deviateOf(Math.min(p, 0.999) / 2);
  const sure =
    size > noiseFloor && p > 0 ? Math.ceil(repeats * (deviateOf(ALPHA / tests / 2) / Math.max(tail, 0.2)) ** 2) : 0;
  return Math.min(MOST_REPEATS, Math.max(narrow, sure, least) - repeats);
}

/** With fewer on each side even the clearest change would not pass the test. */
function leastRepeats(tests: number, paired: boolean): number {
  let n = 1;
  let ways = 2;
  while (2 / ways > ALPHA / tests) {
    n++;
    ways = paired ? 2 * ways : (ways * (2 * n * (2 * n - 1))) / (n * n);
  }
  return n;
}
