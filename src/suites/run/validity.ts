import type { SuiteRepeat } from "../../model/suites.ts";

/** Repeats that are named one by one. */
const MOST_NAMED = 5;

/**
 * Why a scenario's repeats together say nothing, for people; undefined when they do say something. Of a target that
 * was gone in one of them none is to be believed; where the generator was too slow, most have to be left.
 * @param slow those of them in which the generator was too slow
 */
export function whyInvalid(repeats: readonly SuiteRepeat[], slow: ReadonlySet<SuiteRepeat>): string | undefined {
  const invalid = repeats.filter((one) => one.invalid !== undefined);
  const gone = invalid.filter((one) => !slow.has(one));
  const saying = gone.length > 0 ? gone : 2 * invalid.length >= repeats.length ? invalid : [];
  const [first] = saying;
  if (!first) return undefined;
  if (repeats.length === 1) return first.invalid;
  const numbers = saying.map((one) => repeats.indexOf(one) + 1);
  return `${namesOf(numbers)} of ${repeats.length} say${numbers.length === 1 ? "s" : ""} nothing: ${first.invalid}`;
}

/** `repeat 2`, `repeats 2, 3 and 4`, `repeats 2, 3, 4, 5, 6 and 93 more`. */
function namesOf(numbers: readonly number[]): string {
  const [only] = numbers;
  if (numbers.length === 1) return `repeat ${only}`;
  if (numbers.length > MOST_NAMED)
    return `repeats ${numbers.slice(0, MOST_NAMED).join(", ")} and ${numbers.length - MOST_NAMED} more`;
  return `repeats ${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`;
}
