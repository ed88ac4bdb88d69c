import { calendarDay, clockMinute, clockSecond } from "../../shared/clockTime.ts";
import type { Stretch } from "../tracks/timeline.ts";

/** A stretch of time in words: `14:05–14:22`, with seconds where it is short, with days where it is long. */
export function rangeText({ from, to }: Stretch): string {
  const sameDay = calendarDay(from) === calendarDay(to);
  const clock = to - from < 300 ? clockSecond : clockMinute;
  if (sameDay) return `${clock(from)}–${clock(to)}`;
  return `${calendarDay(from)} ${clock(from)} – ${calendarDay(to)} ${clock(to)}`;
}
