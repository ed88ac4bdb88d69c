import type { TurnSegment } from "../../../src/model/turns.ts";
import { lookClass, partLook } from "./parts.ts";

interface StageBarProps {
  segments: readonly TurnSegment[];
  queryTypes: readonly string[];
  /** Seconds that the whole width stands for; what goes past it is cut. */
  span: number;
}

/** Where the wait went: pieces side by side. Said in words elsewhere. */
export function StageBar({ segments, queryTypes, span }: StageBarProps) {
  let end = 0;
  return (
    <span class="stages" aria-hidden="true">
      {segments.map(({ part, duration }) => {
        const left = end / span;
        end += duration;
        if (left >= 1) return null;
        const width = Math.min(1, end / span) - left;
        return (
          <i
            key={part}
            class={lookClass(part, partLook(part, queryTypes))}
            style={{ left: `${left * 100}%`, width: `${width * 100}%` }}
          />
        );
      })}
      {end > span * 1.001 && <b class="more" />}
    </span>
  );
}
