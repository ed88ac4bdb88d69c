import { formatBytes, formatCount, threeDigits } from "../../../src/model/format.ts";
import type { Estimate, WatchedResource } from "../../../src/model/leaks.ts";

type Unit = WatchedResource["unit"];

const MINUTE = 60;
const sizes = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Sizes that stand beside each other have one unit: that of the largest. */
function scaleOf(most: number): { scale: number; unit: string } {
  let power = 0;
  while (power < sizes.length - 1 && most / 1024 ** power >= 999.5) power++;
  return { scale: 1024 ** power, unit: sizes[power] ?? "B" };
}

/** A figure of a column: `142 MiB`, `1,024`. */
export function levelText(unit: Unit, value: number): string {
  if (unit === "By") return formatBytes(value);
  return Number.isInteger(value) ? formatCount(value) : threeDigits(value);
}

/** With its sign, and no more digits than say something: `+1.94`, `−0.04`, `0`. */
function signed(value: number): string {
  const text = short(value);
  return value > 0 && text !== "0" ? `+${text}` : text;
}

const short = (value: number) => {
  if (Math.abs(value) < 0.005) return "0";
  return Math.abs(value) < 1 ? threeDigits(Number(value.toFixed(2))).replace(/(\.\d\d)\d+$/, "$1") : threeDigits(value);
};

export interface SlopeText {
  /** `+1.94 MiB/min`. */
  slope: string;
  /** `[1.72, 2.13]`, in the slope's unit. */
  interval: string;
}

/** Growth a minute with its interval; `unit` of what grows, the estimate is a second's. */
export function slopeText(unit: Unit, { value, from, to }: Estimate): SlopeText {
  const minute = [value, from, to].map((one) => one * MINUTE);
  const most = Math.max(...minute.map(Math.abs));
  const { scale, unit: size } = unit === "By" ? scaleOf(most) : { scale: 1, unit: "" };
  const [slope = 0, low = 0, high = 0] = minute.map((one) => one / scale);
  if (most < (unit === "By" ? 0.5 : 0.005)) return { slope: "0", interval: "[0, 0]" };
  return { slope: `${signed(slope)}${size && ` ${size}`}/min`, interval: `[${short(low)}, ${short(high)}]` };
}

/** Growth a turn: `+93.0 KiB`, `+1.00`, `0`. */
export function perTurnText(unit: Unit, estimate: Estimate | null): string {
  if (!estimate) return "";
  const { value } = estimate;
  if (unit === "1") return signed(value);
  if (Math.abs(value) < 0.5) return "0";
  return value > 0 ? `+${formatBytes(value)}` : formatBytes(value);
}

/** How much it grows in words: `1.94 MiB a minute`, `21.4 a minute`. */
export function growthText(unit: Unit, { value }: Estimate): string {
  const minute = Math.abs(value * MINUTE);
  if (unit === "By") return `${formatBytes(minute)} a minute`;
  return minute < 0.1 ? `${threeDigits(minute * MINUTE)} an hour` : `${threeDigits(minute)} a minute`;
}

/** `0.97`; what is nearly certain is not rounded up to certainty. */
export const confidenceText = (confidence: number): string => (Math.floor(confidence * 100 + 1e-9) / 100).toFixed(2);
