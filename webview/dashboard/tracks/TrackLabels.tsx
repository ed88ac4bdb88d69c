import { Fragment } from "preact";
import { RULER_HEIGHT } from "./chart.ts";
import type { Track } from "./track.ts";

// A low track has room for two figures and a note; its p99 is drawn, and in the table.
const LOW = 70;

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
        const shown = narrow || track.height > LOW ? figures : figures.slice(0, 2);
        return (
          <div key={track.id} class="label" style={place} data-track={track.queryType ?? track.id}>
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
            {!narrow && <Note text={track.note(at)} />}
          </div>
        );
      })}
    </div>
  );
}

/** Cut where it is long; then it is said in full on pointing. */
function Note({ text }: { text: string }) {
  return (
    <div class="quiet note cut" title={text}>
      {text}
    </div>
  );
}
