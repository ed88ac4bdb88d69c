import { useMemo } from "preact/hooks";
import type { DashboardMemento } from "../../../src/model/dashboard.ts";
import type { WatchedResource } from "../../../src/model/leaks.ts";
import { Icon } from "../../shared/Icon.tsx";
import type { Palette } from "../../shared/palette.ts";
import { resourceTitle } from "./resourceNames.ts";
import { TrendPlot } from "./TrendPlot.tsx";
import { TrendTable } from "./TrendTable.tsx";
import { hasTurns, type Over, type TrendMark, trendOf } from "./trend.ts";

interface TrendPanelProps {
  resource: WatchedResource;
  /** When it was judged, Unix seconds. */
  time: number;
  marks: TrendMark[];
  palette: Palette;
  over: Over;
  table: boolean;
  keep: (change: Partial<DashboardMemento>) => void;
}

/** The course of the chosen resource with its trend, as a chart or as its table. */
export function TrendPanel({ resource, time, marks, palette, over, table, keep }: TrendPanelProps) {
  const counted = hasTurns(resource);
  const shown = counted ? over : "time";
  const told = JSON.stringify(marks);
  const trend = useMemo(() => trendOf(resource, shown, marks), [resource, shown, told]);
  const title = resourceTitle(resource);
  const choice = (name: Over, label: string) => (
    <button
      type="button"
      aria-pressed={shown === name}
      disabled={name === "turns" && !counted}
      title={name === "turns" && !counted ? "Too few turns were counted" : undefined}
      onClick={() => keep({ trendOver: name })}
    >
      {label}
    </button>
  );
  return (
    <section class="trend" aria-label={`${title} over ${shown}`}>
      <div class="trend-head">
        <ul class="trend-legend">
          <li>
            <i class="point" /> {title}
          </li>
          {trend?.line && (
            <li class={resource.verdict === "leak" ? "leaks" : undefined}>
              <i class="line" /> Theil–Sen slope
            </li>
          )}
          {trend?.line && (
            <li class={resource.verdict === "leak" ? "leaks" : undefined}>
              <i class="band" /> 95 % band
            </li>
          )}
          {trend && trend.since > trend.from && (
            <li class="quiet">
              <i class="hatch" /> Warm-up, not judged
            </li>
          )}
        </ul>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset can't be laid out in a line everywhere */}
        <div class="segments" role="group" aria-label="Over">
          {choice("time", "Time")}
          {choice("turns", "Turns")}
        </div>
        <button
          type="button"
          class="plain icon-button"
          title="Table"
          aria-label="Table"
          aria-pressed={table}
          onClick={() => keep({ table: !table })}
        >
          <Icon name={table ? "graph-line" : "table"} />
        </button>
      </div>
      {!trend && <p class="quiet trend-empty">Its course is drawn from the second reading on.</p>}
      {trend && table && <TrendTable resource={resource} />}
      {trend && !table && <TrendPlot resource={resource} trend={trend} time={time} palette={palette} />}
    </section>
  );
}
