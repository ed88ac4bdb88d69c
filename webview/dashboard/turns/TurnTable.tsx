import { useState } from "preact/hooks";
import type { TurnListChoice } from "../../../src/model/dashboard.ts";
import { formatDuration, trimZeros } from "../../../src/model/format.ts";
import type { TurnRow } from "../../../src/model/turns.ts";
import { Icon } from "../../shared/Icon.tsx";
import type { HeldRows } from "../../shared/useHeldRows.ts";
import { TurnLine } from "./TurnLine.tsx";
import type { Viewport } from "./useViewport.ts";

const ROW_HEIGHT = 24;
const COLUMNS = 7;
// Rows drawn above and below the visible ones, so that a fast scroll shows no blank.
const OVERSCAN = 6;

interface TurnTableProps {
  rows: readonly TurnRow[];
  /** Index of the turn that is open. */
  chosen: number | undefined;
  objective: number | undefined;
  /** Seconds that the column of stage bars is wide. */
  span: number;
  choice: TurnListChoice;
  choose: (change: Partial<TurnListChoice>) => void;
  open: (index: number) => void;
  viewport: Viewport<HTMLDivElement>;
  events: HeldRows<TurnRow>["events"];
}

/** The list itself: arrows move, Enter opens. Only the rows in sight are in the page. */
export function TurnTable(props: TurnTableProps) {
  const { rows, chosen, objective, span, choice, choose, open, viewport, events } = props;
  const [active, setActive] = useState<number>();
  const first = Math.max(0, Math.floor(viewport.top / ROW_HEIGHT) - OVERSCAN);
  const shown = rows.slice(first, Math.ceil((viewport.top + viewport.height) / ROW_HEIGHT) + OVERSCAN);
  const at = rows.findIndex((row) => row.index === (active ?? chosen));

  const goTo = (place: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, place))];
    if (!row) return;
    setActive(row.index);
    reveal(viewport, rows.indexOf(row));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const page = Math.max(1, Math.floor(viewport.height / ROW_HEIGHT) - 2);
    const moves: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: rows.length - 1,
    };
    const row = rows[at];
    if (event.key in moves) goTo(moves[event.key] ?? 0);
    else if ((event.key === "Enter" || event.key === " ") && row) open(row.index);
    else return;
    event.preventDefault();
  };
  const timed = rows.some((row) => row.kind === "voice") || rows.length === 0 ? "Heard silence" : "First token";
  const activeRow = rows[at];
  return (
    <div
      class="scrolls"
      ref={viewport.element}
      {...events}
      onScroll={(event) => {
        viewport.onScroll();
        events.onScroll(event);
      }}
    >
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table that is moved through is a grid
        role="grid"
        aria-label="Turns"
        aria-rowcount={rows.length + 1}
        tabIndex={0}
        aria-activedescendant={activeRow && shown.includes(activeRow) ? `turn-${activeRow.index}` : undefined}
        onKeyDown={onKeyDown}
      >
        <thead>
          <tr>
            <th scope="col" class="number">
              Turn
            </th>
            <SortHead title="Time" by="time" choice={choice} choose={choose} />
            <th scope="col">Kind</th>
            <SortHead title={timed} by="wait" choice={choice} choose={choose} number />
            <th scope="col" class="cut" title={objective === undefined ? undefined : limit(objective)}>
              Where it went
            </th>
            <SortHead title="Whole turn" by="whole" choice={choice} choose={choose} number />
            <th scope="col">Notes</th>
          </tr>
        </thead>
        <tbody>
          <Space rows={first} />
          {shown.map((row, i) => (
            <TurnLine
              key={row.index}
              row={row}
              place={first + i + 2}
              chosen={row.index === chosen}
              active={row === activeRow}
              objective={objective}
              span={span}
              byToken={timed === "First token"}
              open={() => {
                setActive(row.index);
                open(row.index);
              }}
            />
          ))}
          <Space rows={rows.length - first - shown.length} />
        </tbody>
      </table>
    </div>
  );
}

const limit = (objective: number) => `Dashed: the objective, ${trimZeros(formatDuration(objective))}`;

/** Scrolls no further than it takes to have the row in sight below the head. */
export function reveal({ element }: Viewport<HTMLDivElement>, place: number): void {
  const { current } = element;
  if (!current) return;
  const [top, bottom] = [place * ROW_HEIGHT, (place + 2) * ROW_HEIGHT];
  if (top < current.scrollTop) current.scrollTo({ top });
  else if (bottom > current.scrollTop + current.clientHeight) current.scrollTo({ top: bottom - current.clientHeight });
}

interface SortHeadProps extends Pick<TurnTableProps, "choice" | "choose"> {
  title: string;
  by: TurnListChoice["sort"];
  number?: boolean;
}

function SortHead({ title, by, choice, choose, number = false }: SortHeadProps) {
  const sorted = choice.sort === by;
  const direction = choice.descending ? "descending" : "ascending";
  return (
    <th scope="col" class={number ? "number" : undefined} aria-sort={sorted ? direction : "none"}>
      <button
        type="button"
        class="sort"
        onClick={() => choose({ sort: by, descending: sorted ? !choice.descending : true })}
      >
        {title}
        {sorted && <Icon name={choice.descending ? "chevron-down" : "chevron-up"} />}
      </button>
    </th>
  );
}

/** Keeps the place of rows that are not in the page. */
function Space({ rows }: { rows: number }) {
  if (rows <= 0) return null;
  return (
    <tr>
      <td colSpan={COLUMNS} class="space" style={{ height: `${rows * ROW_HEIGHT}px` }} />
    </tr>
  );
}
