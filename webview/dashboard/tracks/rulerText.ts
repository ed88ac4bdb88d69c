import { calendarDay, clockMinute, clockSecond, sinceStart } from "../../shared/clockTime.ts";
import type { Timeline } from "./timeline.ts";

const DAY = 86_400;

/** A time of the ruler, `step` seconds from the next: `14:22:10`, `14:22`, and the day at its midnight. */
export function rulerText(time: number, step: number, { since }: Timeline): string {
  if (since) return sinceStart(time);
  if (step < 60) return clockSecond(time);
  const minute = clockMinute(time);
  return step >= DAY || (step >= DAY / 8 && minute === "00:00") ? calendarDay(time) : minute;
}

/** A time under the crosshair, with its day where the ruler reaches over more than one. */
export function crosshairText(time: number, { from, to, since }: Timeline): string {
  if (since) return sinceStart(time);
  return to - from > DAY / 2 ? `${calendarDay(time)} ${clockMinute(time)}` : clockSecond(time);
}
