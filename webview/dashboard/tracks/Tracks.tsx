import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { DashboardRange } from "../../../src/model/dashboard.ts";
import { formatAge, formatDuration, queryTypeTitle } from "../../../src/model/format.ts";
import type { GpuReading } from "../../../src/model/resources.ts";
import type { Palette } from "../../shared/palette.ts";
import { useWidth } from "../../shared/useWidth.ts";
import { HistoryState } from "../history/HistoryState.tsx";
import { type ChartSource, useCharted } from "../history/useCharted.ts";
import { SCALE_WIDTH } from "./chart.ts";
import { Fold } from "./Fold.tsx";
import { Plot } from "./Plot.tsx";
import { drawPicture, type Picture } from "./picture.ts";
import { TracksTable } from "./TracksTable.tsx";
import type { Stretch } from "./timeline.ts";
import { allTracks, everyResourceTrack, hasMore } from "./tracks.ts";

/** More query types than this fold away; their p95 stays in sight. */
const TYPES_SHOWN = 4;
export const LABEL_WIDTH = 152;
export const NARROW_LABEL_HEIGHT = 22;

export interface TracksProps {
  source: ChartSource;
  gpu: GpuReading | undefined;
  palette: Palette;
  narrow: boolean;
  table: boolean;
  /** Every resource alone; else latency over the resources that matter most. */
  resources?: boolean;
  everything?: boolean;
  moreResources?: boolean;
  onRange: (range: DashboardRange) => void;
  /** Leaves what was zoomed to. */
  back: () => void;
  onEverything?: (everything: boolean) => void;
  onMoreResources?: (more: boolean) => void;
  /** Is given what draws the tracks as they are seen. */
  picture: RefObject<(() => Picture) | null>;
}

/** Latency over resources under one ruler and one crosshair, as a chart or as its table. */
export function Tracks(props: TracksProps) {
  const { source, gpu, palette, narrow, everything = false, moreResources = false, resources = false } = props;
  const { agent, range } = source;
  const [frame, whole] = useWidth<HTMLDivElement>();
  const [zoomed, setZoomed] = useState<Stretch>();
  const labelHeight = narrow ? NARROW_LABEL_HEIGHT : 0;
  const width = Math.max(0, whole - (narrow ? 0 : LABEL_WIDTH));
  const plot = Math.max(0, width - SCALE_WIDTH);
  const charted = useCharted(source, plot, props.table, zoomed);
  const { data, timeline, version } = charted;
  useEffect(() => setZoomed(undefined), [JSON.stringify(range)]);

  const { tracks, folded } = useMemo(() => {
    const options = { timeline, width: plot, labelHeight };
    if (resources) return { tracks: everyResourceTrack(data, gpu, options), folded: [] };
    const all = allTracks(agent, data, gpu, options, moreResources);
    const hidden = everything ? [] : all.filter((t) => t.queryType !== undefined).slice(TYPES_SHOWN);
    return { tracks: all.filter((t) => !hidden.includes(t)), folded: hidden };
  }, [agent, data, gpu, timeline, plot, labelHeight, everything, moreResources, resources]);
  const view = { tracks, timeline, width, labelHeight, palette, version, latest: Math.ceil(source.now) };
  const seen = useRef(view);
  seen.current = view;
  props.picture.current = () => drawPicture(seen.current, agent.name);

  const zoom = (stretch: Stretch, done: boolean) => {
    setZoomed(stretch);
    if (done) props.onRange({ kind: "fixed", from: Math.floor(stretch.from), to: Math.ceil(stretch.to) });
  };
  const [, paint] = useState(0);
  const retry = () => {
    source.feed.retry();
    paint((times) => times + 1);
  };
  const types = Object.keys(data.latency).length;
  const span = range.kind === "live" ? `last ${formatAge(timeline.to - timeline.from)}` : "of a chosen time";
  const what = resources ? "Resources" : "Latency and resources";
  return (
    <section class={`tracks${narrow ? " narrow" : ""}`} ref={frame} aria-label={`${what}, ${span}`}>
      <HistoryState charted={charted} source={source} retry={retry} />
      {props.table ? (
        <TracksTable tracks={tracks} data={data} timeline={timeline} />
      ) : (
        <Plot view={view} narrow={narrow} bucket={data.bucket} onZoom={zoom} back={props.back} />
      )}
      {types > TYPES_SHOWN && props.onEverything && (
        <Fold open={everything} toggle={props.onEverything}>
          {everything ? "Fewer query types" : <Folded types={folded.map((t) => t.queryType ?? "")} {...props} />}
        </Fold>
      )}
      {props.onMoreResources && hasMore(data) && (
        <Fold open={moreResources} toggle={props.onMoreResources}>
          Disk, network, files, threads
        </Fold>
      )}
    </section>
  );
}

/** The p95 of query types that have no track. */
function Folded({ types, source }: { types: string[]; source: ChartSource }): ComponentChildren {
  const { latency } = source.agent;
  const figures = types.map((queryType) => {
    const title = queryTypeTitle(queryType);
    const p95 = latency.find((q) => q.queryType === queryType)?.lastP95;
    return p95 ? `${title} ${formatDuration(p95)}` : title;
  });
  return <>{figures.join(", ")}</>;
}
