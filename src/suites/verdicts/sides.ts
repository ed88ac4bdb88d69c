import type { SuiteRepeat } from "../../model/suites.ts";
import type { Measured } from "./measures.ts";
import type { Sides } from "./resampled.ts";

/** The figures of valid repeats in the order in which they ran; of pairs only whole ones. */
export function sidesOf(
  measured: Pick<Measured, "of" | "isShare">,
  before: readonly SuiteRepeat[],
  after: readonly SuiteRepeat[],
  paired: boolean,
): Sides {
  const values = (repeats: readonly SuiteRepeat[]) =>
    [...repeats]
      .sort((a, b) => a.order - b.order)
      .map((repeat) => (repeat.invalid === undefined ? measured.of(repeat) : undefined));
  const [baseline, now] = [values(before), values(after)];
  const { isShare = false } = measured;
  const known = (value: number | undefined): value is number => value !== undefined && Number.isFinite(value);
  if (!paired) return { baseline: baseline.filter(known), now: now.filter(known), paired, isShare };
  const whole = baseline.flatMap((value, i) => (known(value) && known(now[i]) ? [[value, now[i] as number]] : []));
  return { baseline: whole.map(([a = 0]) => a), now: whole.map(([, b = 0]) => b), paired, isShare };
}
