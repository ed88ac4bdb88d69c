import { Fragment } from "preact";
import { RULER_HEIGHT } from "./chart.ts";
import { NOTHING, type Track } from "./track.ts";

// Heights of a label's title with its edge and of a line, pixels: what has no room is drawn, and in the table.
const TITLE_HEIGHT = 22;
const LINE_HEIGHT = 14;

/** The legend and the read-out in one: figures at the crosshair, the latest when it is away. */
export function TrackLabels({
  tracks,
  at,
  narrow,
}: {
  tracks: readonly Track[];
  at: number | undefined;
  narrow: boolean;
}) {
  let top = RULER_HEIGHT;
  return (
    <div class="labels">
      {tracks.map((track) => {
        const place = { top: `${top}px`, ...(!narrow && { height: `${track.height}px` }) };
        top += track.height;
        const figures = track.figures(at);
        const note = track.note(at);
        const room = narrow ? Number.POSITIVE_INFINITY : Math.floor((track.height - TITLE_HEIGHT) / LINE_HEIGHT);
        // A figure that can't be had makes room for the reason.
        const had = figures.some(({ value }) => value !== NOTHING);
        const shown = had || note === "" ? figures.slice(0, room) : [];
        return (
          <div key={track.id} class="label" style={place} title={note} data-track={track.queryType ?? track.id}>
            <div class="label-title">
              {track.queryType !== undefined && <span class={`key hue-${track.hue}`} />}
              <span class="cut">{track.title}</span>
            </div>
            <dl>
              {shown.map(({ name, value }) => (
                <Fragment key={name}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </Fragment>
              ))}
            </dl>
            {shown.length < room && (!narrow || !had) && <div class="quiet note cut">{note}</div>}
          </div>
        );
      })}
    </div>
  );
}
