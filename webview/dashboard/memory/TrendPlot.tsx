import { useLayoutEffect, useRef } from "preact/hooks";
import { formatCount } from "../../../src/model/format.ts";
import type { WatchedResource } from "../../../src/model/leaks.ts";
import { clockSecond } from "../../shared/clockTime.ts";
import type { Palette } from "../../shared/palette.ts";
import { useWidth } from "../../shared/useWidth.ts";
import { useCrosshair } from "../tracks/useCrosshair.ts";
import { levelText } from "./figures.ts";
import { forecastText, trendSentence } from "./headline.ts";
import { resourceKey, resourceTitle } from "./resourceNames.ts";
import type { Trend } from "./trend.ts";
import { TREND_SCALE, TrendChart } from "./trendChart.ts";

interface TrendPlotProps {
  resource: WatchedResource;
  trend: Trend;
  /** When it was judged, Unix seconds. */
  time: number;
  palette: Palette;
}

/** Steps of the crosshair by keyboard, over the whole chart. */
const STEPS = 120;

/** The chart and its crosshair, which reads out the reading next to it. */
export function TrendPlot({ resource, trend, time, palette }: TrendPlotProps) {
  const [body, width] = useWidth<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<TrendChart>(undefined);
  const height = width < 560 ? 240 : 340;
  const { from, to } = trend;
  const plot = Math.max(0, width - TREND_SCALE);
  const { at, events } = useCrosshair({ from, to }, plot, (to - from) / STEPS);
  useLayoutEffect(() => {
    if (!canvas.current || width === 0) return;
    chart.current ??= new TrendChart(canvas.current);
    chart.current.draw({
      trend,
      unit: resource.unit,
      leaks: resource.verdict === "leak",
      nowText: `now ${levelText(resource.unit, resource.level)}`,
      forecastText: forecastText(resource, time),
      width,
      height,
      palette,
    });
  }, [trend, resource, time, width, height, palette, resourceKey(resource)]);
  useLayoutEffect(() => () => chart.current?.destroy(), []);
  const read = at === undefined ? undefined : readOut(resource, trend, at);
  return (
    <div class="trend-body" ref={body}>
      <div
        class="chart"
        style={{ height: `${height}px` }}
        tabIndex={0}
        role="slider"
        aria-label={`Readings of ${resourceTitle(resource)}`}
        aria-description={trendSentence(resource, time)}
        aria-orientation="horizontal"
        aria-valuemin={Math.round(from)}
        aria-valuemax={Math.round(to)}
        aria-valuenow={Math.round(at ?? trend.now)}
        aria-valuetext={read ?? `now ${levelText(resource.unit, resource.level)}`}
        {...events}
      >
        <canvas ref={canvas} />
        {at !== undefined && (
          <div
            class={`crosshair${at > (from + to) / 2 ? " late" : ""}`}
            style={{ transform: `translateX(${Math.round(((at - from) / (to - from)) * plot)}px)` }}
          >
            <span>{read}</span>
          </div>
        )}
      </div>
    </div>
  );
}

/** `14:22:10, 131 MiB after 1,204 turns`; ahead of now what the trend expects. */
function readOut({ points, unit }: WatchedResource, { over, forecast, now }: Trend, at: number): string {
  if (at > now && forecast) {
    const [begin, end] = forecast;
    const value = begin.y + ((end.y - begin.y) * (at - begin.x)) / (end.x - begin.x);
    const when = over === "time" ? clockSecond(at) : `turn ${formatCount(Math.round(at))}`;
    return `${when}, ${levelText(unit, unit === "1" ? Math.round(value) : value)} expected`;
  }
  const xs = over === "time" ? points.time : points.turns;
  let nearest = 0;
  for (const [i, x] of xs.entries()) if (Math.abs(x - at) < Math.abs((xs[nearest] ?? 0) - at)) nearest = i;
  const turns = points.turns[nearest] ?? 0;
  const after = turns > 0 ? ` after ${formatCount(turns)} turns` : "";
  return `${clockSecond(points.time[nearest] ?? 0)}, ${levelText(unit, points.value[nearest] ?? 0)}${after}`;
}
