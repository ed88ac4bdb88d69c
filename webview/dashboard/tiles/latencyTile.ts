import {
  formatAge,
  formatCount,
  formatDuration,
  formatPercent,
  queryTypeTitle,
  trimZeros,
} from "../../../src/model/format.ts";
import type { QueryTypeLatency } from "../../../src/model/state.ts";
import { hueOf } from "../hue.ts";
import { ENOUGH_RESPONSES, standing } from "../objectives.ts";
import type { SeriesWindow } from "../seriesWindow.ts";
import type { Spark, Tile } from "./tile.ts";

/** A query type's p95 of the last minute against its objective; `now` in Unix seconds. */
export function latencyTile(q: QueryTypeLatency, series: SeriesWindow, now: number): Tile {
  const { minute, session, threshold } = q;
  const p95 = minute.p95 ?? q.lastP95;
  const share = threshold === undefined ? undefined : p95 / threshold;
  const tile: Tile = {
    id: q.queryType,
    title: `${queryTypeTitle(q.queryType)} p95`,
    aside: threshold === undefined ? "" : `< ${trimZeros(formatDuration(threshold))}`,
    figure: formatDuration(p95),
    unit: "",
    ...(share !== undefined && { bar: { used: Math.min(1, share) } }),
    ...judgement(q, share ?? 0, now),
  };
  // The last minute may reach back into the run before.
  const count = Math.max(session.count, minute.count);
  if (standing(q) === "so far" && count < ENOUGH_RESPONSES) {
    return {
      ...tile,
      figure: `${count} of ${ENOUGH_RESPONSES}`,
      unit: "responses",
      bar: { used: count / ENOUGH_RESPONSES },
      words: { rest: `p95 so far ${tile.figure}` },
    };
  }
  return { ...tile, spark: spark(q, series) };
}

function judgement(q: QueryTypeLatency, share: number, now: number): Pick<Tile, "severity" | "words"> & Partial<Tile> {
  const perMinute = `${formatCount(q.minute.count)}/min`;
  switch (standing(q)) {
    case "waiting":
      return { figure: "–", severity: "info", words: { rest: "Waiting for a response" } };
    case "idle":
      return { severity: "info", words: { lead: "Idle.", rest: `Last one ${formatAge(now - q.lastTime)} ago` } };
    case "no objective":
      return { severity: "info", words: { rest: `${perMinute}, no objective` } };
    case "met":
      return {
        severity: "ok",
        words: { rest: `${formatPercent(Math.floor((1 - share) * 100) / 100)} to spare, ${perMinute}` },
      };
    case "missed":
      return { severity: "error", words: { lead: "Missed.", rest: `${excess(share)} over, ${perMinute}` } };
    case "over so far":
      return { severity: "warning", words: { lead: "Over so far,", rest: perMinute } };
    case "so far":
      return { severity: "info", words: { lead: "Met so far,", rest: perMinute } };
  }
}

const excess = (share: number) => (share < 1.005 ? "just" : formatPercent(share - 1));

function spark({ queryType, threshold }: QueryTypeLatency, series: SeriesWindow): Spark {
  const points = (series.latency[queryType] ?? []).map((p): [number, number] => [p.time, p.p95]);
  return { hue: hueOf(queryType), points, joins: 60, ...(threshold !== undefined && { objective: threshold }) };
}
