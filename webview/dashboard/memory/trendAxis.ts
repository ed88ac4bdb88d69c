import { formatBytes, formatCount, threeDigits, trimZeros } from "../../../src/model/format.ts";
import type { WatchedResource } from "../../../src/model/leaks.ts";

/** Labels keep this distance, pixels. */
const ROOM = 44;

/** Round values between two, about `ROOM` pixels apart; sizes are round in their own unit, counts are whole. */
export function valueTicks(low: number, high: number, height: number, unit: WatchedResource["unit"]): number[] {
  const scale = unit === "By" ? 1024 ** Math.floor(Math.log(Math.max(high, 1)) / Math.log(1024)) : 1;
  return roundTicks(low / scale, high / scale, Math.max(2, height / ROOM), unit === "1" ? 1 : 0).map((v) => v * scale);
}

/** Round counts of turns. */
export const turnTicks = (from: number, to: number, width: number): number[] =>
  roundTicks(from, to, Math.max(2, width / 90), 1);

function roundTicks(low: number, high: number, most: number, least: number): number[] {
  const range = high - low;
  if (!(range > 0)) return [];
  const rough = range / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(least, ([1, 2, 5, 10].find((s) => s * power >= rough) ?? 10) * power);
  const ticks: number[] = [];
  for (let n = Math.ceil(low / step); n * step <= high; n++) ticks.push(Number((n * step).toPrecision(12)));
  return ticks;
}

/** `150 MiB`, `61`. */
export function tickText(unit: WatchedResource["unit"], value: number): string {
  if (unit === "By") return trimZeros(formatBytes(value));
  return Number.isInteger(value) ? formatCount(value) : threeDigits(value);
}
