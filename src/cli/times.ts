import { UsageError } from "./command.ts";

const units: Record<string, number> = { s: 1, min: 60, h: 3600, d: 86_400 };

/** Seconds of a span such as `90s`, `15min`, `24h`, `7d`. @throws {UsageError} */
export function spanOf(text: string, option: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(s|min|h|d)$/.exec(text.trim()) ?? [];
  const seconds = Number(number) * (units[unit ?? ""] ?? Number.NaN);
  if (seconds > 0) return seconds;
  throw new UsageError(`--${option} needs a span such as 90s, 15min, 24h or 7d, not ${JSON.stringify(text)}.`);
}

/** Unix seconds of a date, e.g. `2026-11-23` or `2026-11-23T14:30`, local time unless it says otherwise. @throws {UsageError} */
export function timeOf(text: string, option: string): number {
  // A date alone would be taken for UTC.
  const time = Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text) / 1000;
  if (Number.isFinite(time)) return time;
  throw new UsageError(`--${option} needs a time such as 2026-11-23T14:30, not ${JSON.stringify(text)}.`);
}
