import { Icon } from "../../shared/Icon.tsx";
import { type Flag, flagIcon } from "./flags.ts";
import { crosshairText } from "./rulerText.ts";
import type { Timeline } from "./timeline.ts";

const ROW_HEIGHT = 22;

/** What happened, over the moment at which it did. */
export function Flags({ flags, timeline }: { flags: Flag[]; timeline: Timeline }) {
  const rows = Math.max(1, ...flags.map((f) => f.row + 1));
  return (
    <ul class="flags" style={{ height: `${rows * ROW_HEIGHT}px` }} aria-label="Marks">
      {flags.map(({ mark, left, row, iconOnly, more }) => {
        const words = [mark, ...more].map((m) => `${crosshairText(m.time, timeline)} ${m.label}`).join(", ");
        return (
          <li
            key={`${mark.kind} ${mark.time} ${mark.label}`}
            class={`flag${mark.grave ? " grave" : ""}`}
            style={{ left: `${left}px`, bottom: `${row * ROW_HEIGHT + 2}px` }}
            title={words}
          >
            <Icon name={flagIcon(mark)} />
            {iconOnly ? <span class="unseen">{words}</span> : mark.label}
          </li>
        );
      })}
    </ul>
  );
}
