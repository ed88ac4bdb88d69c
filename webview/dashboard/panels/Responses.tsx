import { useMemo, useRef, useState } from "preact/hooks";
import { formatCount, formatDuration, queryTypeTitle } from "../../../src/model/format.ts";
import type { QueryTypeLatency, ResponseRow } from "../../../src/model/state.ts";
import { clockSecond } from "../../shared/clockTime.ts";
import { SeverityIcon } from "../../shared/Icon.tsx";
import { NewerButton } from "../../shared/NewerButton.tsx";
import { useHeldRows } from "../../shared/useHeldRows.ts";
import { hueOf } from "../hue.ts";

const ROW_HEIGHT = 22;
const VISIBLE_ROWS = 12;
// Rows drawn above and below the visible ones, so that a fast scroll shows no blank.
const OVERSCAN = 3;

interface ResponsesProps {
  rows: readonly ResponseRow[];
  latency: readonly QueryTypeLatency[];
}

/** The last responses, newest first. Rows stand still while they are read; only the visible ones are in the page. */
export function Responses({ rows: all, latency }: ResponsesProps) {
  const { rows, newer, events, release } = useHeldRows(all, (row) => row.index);
  const [top, setTop] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  if (all.length === 0) return null;

  const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - OVERSCAN);
  const shown = rows.slice(first, Math.ceil(top / ROW_HEIGHT) + VISIBLE_ROWS + OVERSCAN);
  const below = rows.length - first - shown.length;
  const total = (all[0]?.index ?? 0) + 1;
  const objectives = new Map(latency.map((q) => [q.queryType, q.threshold]));
  const showNewest = () => {
    scroller.current?.scrollTo({ top: 0 });
    scroller.current?.blur();
    release();
  };
  return (
    <section class="panel responses" aria-labelledby="responses">
      <h2 id="responses">
        Last responses{" "}
        <span class="quiet">{rows.length < total ? `${rows.length} of ${formatCount(total)}` : `${total}`}</span>
        <NewerButton newer={newer} show={showNewest} />
      </h2>
      <section
        class="scrolls"
        ref={scroller}
        style={{ maxHeight: `${ROW_HEIGHT * (VISIBLE_ROWS + 1)}px` }}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        aria-labelledby="responses"
        {...events}
        onScroll={(event) => {
          setTop(event.currentTarget.scrollTop);
          events.onScroll(event);
        }}
      >
        <table aria-rowcount={rows.length + 1}>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Type</th>
              <th scope="col" class="number">
                Duration
              </th>
              <th scope="col" class="number">
                First token
              </th>
              <th scope="col" class="number">
                Tokens
              </th>
              <th scope="col">Outcome</th>
              <th scope="col">Model</th>
            </tr>
          </thead>
          <tbody>
            <Space rows={first} />
            {shown.map((row, i) => (
              // By place: when rows come in, texts change and elements stay.
              <Response key={i} row={row} place={first + i + 2} objective={objectives.get(row.queryType)} />
            ))}
            <Space rows={below} />
          </tbody>
        </table>
      </section>
    </section>
  );
}

/** Keeps the place of rows that are not in the page. */
function Space({ rows }: { rows: number }) {
  if (rows <= 0) return null;
  return (
    <tr>
      <td colSpan={7} class="space" style={{ height: `${rows * ROW_HEIGHT}px` }} />
    </tr>
  );
}

interface ResponseProps {
  row: ResponseRow;
  /** Its number in the table, the head being 1. */
  place: number;
  objective: number | undefined;
}

function Response({ row, place, objective }: ResponseProps) {
  const over = objective !== undefined && row.outcome !== "cancelled" && row.duration > objective;
  const line = useMemo(
    () => (
      <>
        <td>{clockSecond(row.time)}</td>
        <td class="cut">
          <span class={`key hue-${hueOf(row.queryType)}`} /> {queryTypeTitle(row.queryType)}
        </td>
        <td class="number">
          {over && (
            <>
              <SeverityIcon severity="warning" />
              <span class="unseen">over its objective</span>{" "}
            </>
          )}
          {formatDuration(row.duration)}
        </td>
        <td class="number">{row.timeToFirstToken === undefined ? "" : formatDuration(row.timeToFirstToken)}</td>
        <td class="number">{tokens(row)}</td>
        <td class="cut">
          <Outcome row={row} />
        </td>
        <td class="cut">{row.model}</td>
      </>
    ),
    [row, over],
  );
  return (
    <tr aria-rowindex={place} title={row.turnId && `turn ${row.turnId}`}>
      {line}
    </tr>
  );
}

function Outcome({ row: { outcome, errorType } }: { row: ResponseRow }) {
  if (outcome === "ok") return <>ok</>;
  if (outcome === "cancelled") return <span class="quiet">cancelled</span>;
  return (
    <>
      <SeverityIcon severity="error" /> {errorType ?? "error"}
    </>
  );
}

/** `412 → 96`: into the model and out of it. */
function tokens({ inputTokens, outputTokens }: ResponseRow): string {
  if (inputTokens === undefined && outputTokens === undefined) return "";
  const count = (n: number | undefined) => (n === undefined ? "–" : formatCount(n));
  return `${count(inputTokens)} → ${count(outputTokens)}`;
}
