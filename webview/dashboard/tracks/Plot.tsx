import { useRef } from "preact/hooks";
import { ChartCanvas } from "./ChartCanvas.tsx";
import { type ChartView, type OnZoom, SCALE_WIDTH, type TracksChart } from "./chart.ts";
import { Flags } from "./Flags.tsx";
import { placeFlags } from "./flags.ts";
import { crosshairText } from "./rulerText.ts";
import { TrackLabels } from "./TrackLabels.tsx";
import type { Timeline } from "./timeline.ts";
import type { Track } from "./track.ts";
import { useCrosshair } from "./useCrosshair.ts";

interface PlotProps {
  view: ChartView;
  narrow: boolean;
  /** Seconds of a step of the crosshair by keyboard. */
  bucket: number;
  /** Absent where there is nothing finer to see. */
  onZoom?: OnZoom;
  /** Leaves what was zoomed to. */
  back?: () => void;
}

const ZOOM = 2;
const PAN = 0.25;
const KEYS =
  "Drag to zoom, Shift+drag to pan, Ctrl+wheel to zoom, double-click to go back. Keys: arrows move the crosshair, + and − zoom, Ctrl+arrows pan, 0 goes back.";

/** Flags, labels and chart under one crosshair. */
export function Plot({ view, narrow, bucket, onZoom, back }: PlotProps) {
  const { tracks, timeline, width } = view;
  const { from, to, marks } = timeline;
  const plot = Math.max(0, width - SCALE_WIDTH);
  const chart = useRef<TracksChart>(null);
  const { at, events } = useCrosshair(timeline, plot, Math.max(bucket, (to - from) / 240));
  const pixel = (time: number) => ((time - from) / (to - from)) * plot;
  const keys = (event: KeyboardEvent) => {
    const act = onZoom && actOf(event, chart.current, at, back);
    if (!act) return events.onKeyDown(event);
    event.preventDefault();
    act();
  };
  return (
    <>
      <div class="tracks-head">
        <Flags flags={placeFlags(marks, pixel, plot, narrow)} timeline={timeline} />
      </div>
      <div class="tracks-body">
        <TrackLabels tracks={tracks} at={at} narrow={narrow} />
        <div
          class={`chart${onZoom ? " zooms" : ""}`}
          tabIndex={0}
          role="slider"
          aria-label="Crosshair through all tracks"
          aria-description={onZoom && KEYS}
          aria-orientation="horizontal"
          aria-valuemin={Math.round(from)}
          aria-valuemax={Math.round(to)}
          aria-valuenow={Math.round(at ?? to)}
          aria-valuetext={at === undefined ? "Latest figures" : readOut(tracks, at, timeline)}
          {...events}
          onKeyDown={keys}
          onDblClick={back}
        >
          {width > 0 && <ChartCanvas view={view} chart={chart} {...(onZoom && { onZoom })} />}
          {at !== undefined && (
            <div class="crosshair" style={{ transform: `translateX(${Math.round(pixel(at))}px)` }}>
              <span>{crosshairText(at, timeline)}</span>
            </div>
          )}
        </div>
      </div>
    </>
  );
}

/** What a key does with the chart beside moving the crosshair. */
function actOf(
  { key, ctrlKey, altKey, metaKey }: KeyboardEvent,
  chart: TracksChart | null,
  at: number | undefined,
  back: (() => void) | undefined,
): (() => void) | undefined {
  const pans = ctrlKey || altKey || metaKey;
  if (pans && key === "ArrowLeft") return () => chart?.pan(-PAN);
  if (pans && key === "ArrowRight") return () => chart?.pan(PAN);
  if (pans) return undefined;
  if (key === "+" || key === "=") return () => chart?.zoom(ZOOM, at);
  if (key === "-" || key === "−") return () => chart?.zoom(1 / ZOOM, at);
  if (key === "0") return back;
  return undefined;
}

function readOut(tracks: readonly Track[], at: number, timeline: Timeline): string {
  const said = tracks.map((track) => {
    const figures = track.figures(at).map(({ name, value }) => `${name} ${value === "–" ? "none" : value}`);
    return `${track.title} ${figures.join(", ")}`;
  });
  return `${crosshairText(at, timeline)}. ${said.join(". ")}`;
}
