import { formatPercent } from "../../../src/model/format.ts";
import { type Reliability, VOICE_OBJECTIVE } from "../reliability.ts";
import type { Tile } from "./tile.ts";

const voiceSeverity = { proven: "ok", "not proven": "unproven", missed: "error" } as const;

/** The share of voice turns that succeeded, with its 95 % interval, and what would prove the objective. */
export function voiceTile({ rate, turns, failures, low, high, verdict, missingTurns }: Reliability): Tile {
  const left = Math.min(0.96, Math.floor(low * 50) / 50);
  const at = (value: number) => (value - left) / (1 - left);
  const percent = (value: number) => formatPercent(value, 2).replace(/ %$/, "");
  const ofTurns = `${failures} of ${turns} turns failed`;
  const words = {
    proven: { lead: "Proven", rest: `at 95 %, on ${turns} turns` },
    "not proven": { lead: "Not proven:", rest: `${missingTurns} more turns` },
    missed: { lead: "Missed.", rest: ofTurns },
  };
  return {
    id: "voice",
    title: "Voice reliability",
    aside: `≥ ${formatPercent(VOICE_OBJECTIVE)}`,
    figure: rate === 1 ? "100 %" : formatPercent(rate, 2),
    unit: `[${percent(low)}, ${percent(high)}]`,
    severity: voiceSeverity[verdict],
    bar: { low: at(low), high: at(high), value: at(rate), objective: at(VOICE_OBJECTIVE) },
    words: words[verdict],
  };
}
