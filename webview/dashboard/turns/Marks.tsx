import type { TurnDetail } from "../../../src/model/turns.ts";
import { Icon } from "../../shared/Icon.tsx";
import type { Axis } from "./axis.ts";
import { placeMarks } from "./marks.ts";

const ROW = 20;

/** Named moments as flags on the axis. */
export function Marks({ detail, axis, width }: { detail: TurnDetail; axis: Axis; width: number }) {
  const placed = placeMarks(detail.marks, axis, width);
  if (placed.length === 0) return null;
  const rows = Math.max(...placed.map(({ row }) => row)) + 1;
  return (
    <div class="wf-row marks">
      <span class="wf-label quiet">Marks</span>
      <div class="wf-plot" style={{ height: `${rows * ROW + 2}px` }}>
        {placed.map(({ name, left, row }) => (
          <span key={name} class="flag" style={{ left: `${left}px`, top: `${row * ROW}px` }}>
            <Icon name="tag" /> {name}
          </span>
        ))}
      </div>
    </div>
  );
}
