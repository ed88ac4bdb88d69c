import { formatDuration } from "../../../src/model/format.ts";
import type { TurnDetail } from "../../../src/model/turns.ts";
import { useWidth } from "../../shared/useWidth.ts";
import { axis, share, stretch, tickLabel, type WaitSpan, waitSpan } from "./axis.ts";
import { barLooks, barTexts } from "./bars.ts";
import { Marks } from "./Marks.tsx";
import { roomOf } from "./placeText.ts";
import { Strips } from "./Strips.tsx";
import { BarRow, UnexplainedRow } from "./WaterfallRows.tsx";
import { isSlow } from "./wait.ts";

/** Operations of a turn on one x axis, under the wait that they make. Its table says the same. */
export function Waterfall({ detail, close }: { detail: TurnDetail; close: boolean }) {
  const [plot, width] = useWidth<HTMLDivElement>();
  const words = detail.bars.map((bar) => ({ end: bar.start + bar.duration, room: roomOf(barTexts(bar)[0]) }));
  const x = axis(detail, width, close, words);
  const wait = waitSpan(detail);
  const looks = barLooks(detail.bars);
  const bars = detail.bars.map((bar, i) => ({ bar, look: looks[i] }));
  const shown = close ? bars.filter(({ bar }) => stretch(x, bar.start, bar.duration)) : bars;
  const slow = isSlow(detail.row, detail.objective);
  return (
    <div class="waterfall" aria-hidden="true">
      <div class="ground">
        {x.ticks.map((tick) => (
          <i key={tick} class={tick === 0 ? "zero" : undefined} style={{ left: `${share(x, tick) * 100}%` }} />
        ))}
        {wait && <Band wait={wait} from={share(x, wait.from)} to={share(x, wait.to)} slow={slow} width={width} />}
      </div>
      <div class="wf-row axis">
        <span class="wf-label" />
        <div class="wf-plot" ref={plot}>
          {x.ticks.map((tick) => (
            <span
              key={tick}
              class={share(x, tick) * width < 14 ? "edge" : undefined}
              style={{ left: `${share(x, tick) * 100}%` }}
            >
              {tickLabel(tick, x)}
            </span>
          ))}
        </div>
      </div>
      <Marks detail={detail} axis={x} width={width} />
      {shown.map(({ bar, look }) => (
        <BarRow key={`${bar.label} ${bar.start}`} bar={bar} look={look} axis={x} width={width} />
      ))}
      <UnexplainedRow detail={detail} axis={x} width={width} />
      <Strips detail={detail} axis={x} />
    </div>
  );
}

const bandWords = { silence: "heard silence", token: "time to first token", whole: "" };

interface BandProps {
  wait: WaitSpan;
  from: number;
  to: number;
  slow: boolean;
  width: number;
}

function Band({ wait, from, to, slow, width }: BandProps) {
  const words = `${bandWords[wait.kind]} ${formatDuration(wait.duration)}`;
  const [left, right] = [Math.max(0, from), Math.min(1, to)];
  // The words are centred over the band, and stay within the plot.
  const half = (words.length * 6.6) / 2;
  const middle = Math.min(Math.max(((left + right) / 2) * width, half), Math.max(half, width - half));
  return (
    <div class={`band${slow ? " slow" : ""}`}>
      <i style={{ left: `${left * 100}%`, width: `${(right - left) * 100}%` }} />
      <span style={{ left: `${middle}px` }}>{words}</span>
    </div>
  );
}
