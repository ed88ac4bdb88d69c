import { useMemo } from "preact/hooks";
import type { CollectorStatus } from "../../../src/model/dashboard.ts";
import { formatAge, formatDuration } from "../../../src/model/format.ts";
import type { AgentState } from "../../../src/model/state.ts";
import { clockSecond } from "../../shared/clockTime.ts";
import { Icon } from "../../shared/Icon.tsx";
import type { Palette } from "../../shared/palette.ts";
import { useWidth } from "../../shared/useWidth.ts";
import type { SeriesWindow } from "../seriesWindow.ts";
import { ChartCanvas } from "./ChartCanvas.tsx";
import { type ChartView, SCALE_WIDTH } from "./chart.ts";
import { Flags } from "./Flags.tsx";
import { placeFlags } from "./flags.ts";
import { TrackLabels } from "./TrackLabels.tsx";
import { TracksTable } from "./TracksTable.tsx";
import { timeline } from "./timeline.ts";
import type { Track } from "./track.ts";
import { allTracks } from "./tracks.ts";
import { useCrosshair } from "./useCrosshair.ts";

/** More query types than this fold away; their p95 stays in sight. */
const TYPES_SHOWN = 4;
const LABEL_WIDTH = 152;
const NARROW_LABEL_HEIGHT = 22;

interface TracksProps {
  agent: AgentState;
  series: SeriesWindow;
  collector: CollectorStatus;
  now: number;
  palette: Palette;
  narrow: boolean;
  table: boolean;
  everything: boolean;
  onTable: (table: boolean) => void;
  onEverything: (everything: boolean) => void;
}

/** Latency over resources under one ruler and one crosshair, as a chart or as its table. */
export function Tracks(props: TracksProps) {
  const { agent, series, collector, now, palette, narrow, everything } = props;
  const [frame, whole] = useWidth<HTMLDivElement>();
  const labelHeight = narrow ? NARROW_LABEL_HEIGHT : 0;
  const width = Math.max(0, whole - (narrow ? 0 : LABEL_WIDTH));
  const plot = Math.max(0, width - SCALE_WIDTH);

  const { view, tracks, folded } = useMemo(() => {
    const axis = timeline(agent, series, collector, now);
    const all = allTracks(agent, series, { timeline: axis, width: plot, labelHeight });
    const hidden = everything ? [] : all.filter((t) => t.queryType !== undefined).slice(TYPES_SHOWN);
    const shown = all.filter((t) => !hidden.includes(t));
    const chart: ChartView = { tracks: shown, timeline: axis, width, labelHeight, palette };
    return { view: chart, tracks: shown, folded: hidden };
  }, [agent, series, collector, now, palette, plot, width, labelHeight, everything]);

  const { from, to, marks } = view.timeline;
  const { at, events } = useCrosshair(view.timeline, plot, series.bucket);
  const pixel = (time: number) => ((time - from) / (to - from)) * plot;
  const span = formatAge(to - from);
  return (
    <section class={`tracks${narrow ? " narrow" : ""}`} ref={frame} aria-label={`Latency and resources, last ${span}`}>
      <div class="tracks-head">
        <TwinSwitch {...props} />
        {!props.table && <Flags flags={placeFlags(marks, pixel, plot, narrow)} />}
      </div>
      {props.table ? (
        <TracksTable tracks={tracks} series={series} timeline={view.timeline} />
      ) : (
        <div class="tracks-body">
          <TrackLabels tracks={tracks} at={at} narrow={narrow} />
          <div
            class="chart"
            tabIndex={0}
            role="slider"
            aria-label="Crosshair through all tracks"
            aria-orientation="horizontal"
            aria-valuemin={Math.round(from)}
            aria-valuemax={Math.round(to)}
            aria-valuenow={Math.round(at ?? to)}
            aria-valuetext={at === undefined ? "Latest figures" : readOut(tracks, at)}
            {...events}
          >
            {width > 0 && <ChartCanvas view={view} />}
            {at !== undefined && (
              <div class="crosshair" style={{ transform: `translateX(${Math.round(pixel(at))}px)` }}>
                <span>{clockSecond(at)}</span>
              </div>
            )}
          </div>
        </div>
      )}
      {agent.latency.length > TYPES_SHOWN && <Fold folded={folded} {...props} />}
    </section>
  );
}

function TwinSwitch({ table, onTable }: TracksProps) {
  const choice = (label: string, value: boolean) => (
    <button type="button" aria-pressed={table === value} onClick={() => onTable(value)}>
      {label}
    </button>
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset draws a frame of its own
    <div class="segments" role="group" aria-label="Show as">
      {choice("Chart", false)}
      {choice("Table", true)}
    </div>
  );
}

function Fold({ folded, everything, onEverything, agent }: TracksProps & { folded: Track[] }) {
  const figures = folded.map((track) => {
    const p95 = agent.latency.find((q) => q.queryType === track.queryType)?.lastP95;
    return p95 ? `${track.title} ${formatDuration(p95)}` : track.title;
  });
  return (
    <button type="button" class="fold" aria-expanded={everything} onClick={() => onEverything(!everything)}>
      <Icon name={everything ? "chevron-down" : "chevron-right"} />
      <span class="cut">{everything ? "Show fewer" : figures.join(", ")}</span>
    </button>
  );
}

function readOut(tracks: Track[], at: number): string {
  const said = tracks.map((track) => {
    const figures = track.figures(at).map(({ name, value }) => `${name} ${value === "–" ? "none" : value}`);
    return `${track.title} ${figures.join(", ")}`;
  });
  return `${clockSecond(at)}. ${said.join(". ")}`;
}
