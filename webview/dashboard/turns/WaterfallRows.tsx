import { formatDuration } from "../../../src/model/format.ts";
import type { TurnBar, TurnDetail } from "../../../src/model/turns.ts";
import { SeverityIcon } from "../../shared/Icon.tsx";
import { type Axis, stretch } from "./axis.ts";
import { barName, barTexts, isCall } from "./bars.ts";
import type { Look } from "./parts.ts";
import { placeText } from "./placeText.ts";

interface RowProps {
  axis: Axis;
  width: number;
}

/** One operation: what it is, when it was, what it took. */
export function BarRow({ bar, look, axis, width }: RowProps & { bar: TurnBar; look: Look | undefined }) {
  const { word, code } = barName(bar);
  const place = stretch(axis, bar.start, bar.duration);
  const first = bar.timeToFirstToken;
  const split = isCall(bar) && first !== undefined && bar.duration > 0 ? Math.min(1, first / bar.duration) : undefined;
  const hue = look ? `hue-${look.hue}${look.soft ? " soft" : ""}` : "";
  return (
    <div class={`wf-row${bar.depth > 0 ? " within" : ""}`} title={tip(bar)}>
      <span class="wf-label cut" style={{ paddingLeft: `${bar.depth * 14}px` }}>
        {word} {code && <code>{code}</code>}
      </span>
      <div class="wf-plot">
        {place && (
          <>
            <div
              class={`wf-bar ${hue}${bar.outcome === "cancelled" ? " cancelled" : ""}`}
              style={{ left: `${place.left * 100}%`, width: `${place.width * 100}%` }}
            >
              {split === undefined ? <i /> : <Split at={split} bar={bar} axis={axis} />}
            </div>
            <Words texts={barTexts(bar)} failed={bar.outcome === "error"} place={place} width={width} />
          </>
        )}
      </div>
    </div>
  );
}

/** Until the first token, and from it on. */
function Split({ at, bar, axis }: { at: number; bar: TurnBar; axis: Axis }) {
  const whole = stretch(axis, bar.start, bar.duration);
  const first = stretch(axis, bar.start, bar.duration * at);
  const share = whole && first && whole.width > 0 ? first.width / whole.width : 0;
  return (
    <>
      <i style={{ width: `${share * 100}%` }} />
      {share < 1 && <i class="soft" style={{ width: `${(1 - share) * 100}%` }} />}
    </>
  );
}

interface WordsProps {
  texts: readonly [string, ...string[]];
  failed?: boolean;
  place: { left: number; width: number };
  width: number;
}

const ICON = 18;

function Words({ texts, failed = false, place, width }: WordsProps) {
  const bar = { left: place.left * width, right: (place.left + place.width) * width };
  const { text, side, x } = placeText(texts, bar, width, failed ? ICON : 0);
  return (
    <span class={`wf-text ${side}`} style={{ left: `${x}px` }}>
      {failed && <SeverityIcon severity="error" />}
      {text}
    </span>
  );
}

/** Time of the wait that nothing covers. */
export function UnexplainedRow({ detail, axis, width }: RowProps & { detail: TurnDetail }) {
  const { gaps } = detail;
  const pieces = gaps.map(({ start, duration }) => ({ start, place: stretch(axis, start, duration) }));
  const last = pieces.findLast(({ place }) => place)?.place;
  if (!last) return null;
  const sum = formatDuration(gaps.reduce((all, { duration }) => all + duration, 0));
  const first = pieces.find(({ place }) => place)?.place ?? last;
  const place = { left: first.left, width: last.left + last.width - first.left };
  return (
    <div class="wf-row">
      <strong class="wf-label cut">Unexplained</strong>
      <div class="wf-plot">
        {pieces.map(
          ({ start, place: piece }) =>
            piece && (
              <div key={start} class="wf-bar" style={{ left: `${piece.left * 100}%`, width: `${piece.width * 100}%` }}>
                <i class="hatched" />
              </div>
            ),
        )}
        <Words texts={gaps.length > 1 ? [`${sum} in ${gaps.length} gaps`, sum] : [sum]} place={place} width={width} />
      </div>
    </div>
  );
}

function tip(bar: TurnBar): string {
  const from = formatSigned(bar.start);
  const to = formatSigned(bar.start + bar.duration);
  return `${bar.label}${bar.model ? ` (${bar.model})` : ""}: ${from} to ${to}, ${barTexts(bar)[0]}`;
}

/** Seconds after zero, with a true minus. */
export function formatSigned(time: number): string {
  return `${time < 0 ? "−" : ""}${formatDuration(Math.abs(time))}`;
}
