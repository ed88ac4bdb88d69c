import { formatDuration } from "../../../src/model/format.ts";
import type { TurnRow } from "../../../src/model/turns.ts";
import { clockSecond } from "../../shared/clockTime.ts";
import { Icon, SeverityIcon } from "../../shared/Icon.tsx";
import { partTitle } from "./parts.ts";
import { StageBar } from "./StageBar.tsx";
import { notes } from "./turnList.ts";
import { isSlow, waitOf } from "./wait.ts";

interface TurnLineProps {
  row: TurnRow;
  /** Its number in the table, the head being 1. */
  place: number;
  chosen: boolean;
  /** The keyboard is here. */
  active: boolean;
  objective: number | undefined;
  span: number;
  /** The list has no voice turn: its figure is the first token. */
  byToken: boolean;
  open: () => void;
}

export const kindIcons = { voice: "mic", chat: "comment" } as const;

/** One turn of the list. */
export function TurnLine({ row, place, chosen, active, objective, span, byToken, open }: TurnLineProps) {
  const { index, time, kind, segments, queryTypes } = row;
  const wait = waitOf(row);
  const slow = isSlow(row, objective);
  const shown = wait.kind === (byToken ? "token" : "silence");
  return (
    <tr
      id={`turn-${index}`}
      aria-rowindex={place}
      aria-selected={chosen}
      class={active ? "active" : undefined}
      onClick={open}
    >
      <td class="number">{index + 1}</td>
      <td>{clockSecond(time)}</td>
      <td class="kind" title={kind}>
        <Icon name={kindIcons[kind]} /> <span>{kind}</span>
      </td>
      <td class="number">
        {slow && (
          <>
            <SeverityIcon severity="error" />
            <span class="unseen">over the objective</span>{" "}
          </>
        )}
        {shown ? formatDuration(wait.duration) : <span class="quiet">–</span>}
      </td>
      <td class="where" title={inWords(row)}>
        <StageBar segments={segments} queryTypes={queryTypes} span={span} />
        {objective !== undefined && kind === "voice" && (
          <span class="limit" style={{ left: `${(objective / span) * 100}%` }} />
        )}
        <span class="unseen">{inWords(row)}</span>
      </td>
      <td class="number">{row.open ? <span class="quiet">–</span> : formatDuration(row.duration)}</td>
      <Notes row={row} />
    </tr>
  );
}

function Notes({ row }: { row: TurnRow }) {
  const all = notes(row);
  return (
    <td class="notes cut" title={all.map(({ text }) => text).join(", ")}>
      {all.map(({ text, severity }, i) => (
        <span key={text} class={severity ? undefined : "quiet"}>
          {severity && <SeverityIcon severity={severity} />} {text}
          {i < all.length - 1 && ", "}
        </span>
      ))}
    </td>
  );
}

function inWords({ segments }: TurnRow): string {
  return segments.map(({ part, duration }) => `${partTitle(part)} ${formatDuration(duration)}`).join(", ");
}
