import { useLayoutEffect } from "preact/hooks";
import type { TurnListChoice } from "../../../src/model/dashboard.ts";
import type { TurnRow } from "../../../src/model/turns.ts";
import { Icon } from "../../shared/Icon.tsx";
import { NewerButton } from "../../shared/NewerButton.tsx";
import type { HeldRows } from "../../shared/useHeldRows.ts";
import { Filters } from "./Filters.tsx";
import { reveal, TurnTable } from "./TurnTable.tsx";
import { barSpan, countSentence, everyTurn } from "./turnList.ts";
import { useViewport } from "./useViewport.ts";

interface TurnListProps {
  /** Those that are asked for, in order. */
  rows: readonly TurnRow[];
  held: HeldRows<TurnRow>;
  problems: readonly string[];
  objective: number | undefined;
  choice: TurnListChoice;
  choose: (change: Partial<TurnListChoice>) => void;
  chosen: number | undefined;
  open: (index: number) => void;
}

/** Every turn that is kept, newest first unless sorted otherwise. */
export function TurnList({ rows, held, problems, objective, choice, choose, chosen, open }: TurnListProps) {
  const viewport = useViewport<HTMLDivElement>();
  const place = rows.findIndex((row) => row.index === chosen);
  // Once a turn: rows that come in must not pull the list about.
  useLayoutEffect(() => {
    if (place > 0) reveal(viewport, place);
  }, [chosen]);
  const showNewest = () => {
    viewport.element.current?.scrollTo({ top: 0 });
    (document.activeElement as HTMLElement | null)?.blur();
    held.release();
  };
  return (
    <section class="turn-list" aria-label="List of turns">
      <Filters choice={choice} objective={objective} choose={choose} />
      <p class="counts">
        <span role="status">{countSentence(rows, held.rows, objective)}</span>
        <NewerButton newer={held.newer} show={showNewest} />
      </p>
      {problems.map((problem) => (
        <p key={problem} class="problem" role="status">
          <Icon name="info" /> {problem}
        </p>
      ))}
      <TurnTable
        rows={rows}
        chosen={chosen}
        objective={objective}
        span={barSpan(rows, objective)}
        choice={choice}
        choose={choose}
        open={open}
        viewport={viewport}
        events={held.events}
      />
      {rows.length === 0 && (
        <p class="none">
          No turn matches.{" "}
          <button type="button" class="link" onClick={() => choose(everyTurn)}>
            Show all
          </button>
        </p>
      )}
    </section>
  );
}
