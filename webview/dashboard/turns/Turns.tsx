import { useEffect, useMemo, useRef } from "preact/hooks";
import type { DashboardMemento, TurnListChoice } from "../../../src/model/dashboard.ts";
import type { AgentState } from "../../../src/model/state.ts";
import { Icon } from "../../shared/Icon.tsx";
import { useHeldRows } from "../../shared/useHeldRows.ts";
import type { DashboardModel } from "../dashboardModel.ts";
import { TurnDetails } from "./TurnDetails.tsx";
import { TurnList } from "./TurnList.tsx";
import { everyTurn, listed } from "./turnList.ts";
import { objectiveOf } from "./wait.ts";

interface TurnsProps {
  model: DashboardModel;
  agent: AgentState;
  narrow: boolean;
  keep: (change: Partial<DashboardMemento>) => void;
  /** Asks for one turn, whole. */
  ask: (agent: string, index: number) => void;
}

/** The page of turns: all of them left, the chosen one right. */
export function Turns({ model, agent, narrow, keep, ask }: TurnsProps) {
  const { series, memento, wholes, collector } = model;
  const choice = memento.turnList ?? everyTurn;
  const objective = objectiveOf(agent);
  const held = useHeldRows(series.turns, (row) => row.index);
  const { rows: order, problems } = useMemo(
    () => listed(held.rows, choice, objective, series.responses),
    [held.rows, choice, objective, series.responses],
  );
  // Rows keep their places while they are read, and have their latest figures.
  const latest = useMemo(() => new Map(series.turns.map((row) => [row.index, row])), [series.turns]);
  const rows = useMemo(() => order.map((row) => latest.get(row.index) ?? row), [order, latest]);
  const chosen = memento.turn;
  const details = useRef<HTMLElement>(null);

  useEffect(() => {
    const first = series.turns.find((row) => !row.open) ?? series.turns[0];
    if (chosen === undefined && first) keep({ turn: first.index });
  }, [chosen, series.turns, keep]);
  // Also asked again when the whole series came anew.
  useEffect(() => {
    if (chosen !== undefined && wholes > 0) ask(agent.name, chosen);
  }, [agent.name, chosen, wholes, ask]);

  const open = (index: number) => {
    keep({ turn: index });
    if (narrow) details.current?.scrollIntoView({ block: "start" });
  };
  // On what was chosen last, which may not have been painted yet.
  const choose = (change: Partial<TurnListChoice>) =>
    keep({ turnList: { ...(model.memento.turnList ?? everyTurn), ...change } });
  const fresh = collector?.state === "connected";
  if (series.turns.length === 0 && chosen === undefined) return <NoTurns waiting={wholes === 0} />;

  const told = model.turn?.agent === agent.name && model.turn.index === chosen ? model.turn : undefined;
  const at = rows.findIndex((row) => row.index === chosen);
  return (
    <main class={`turns${fresh ? "" : " stale"}`}>
      <TurnList
        rows={rows}
        held={held}
        problems={problems}
        objective={objective}
        choice={choice}
        choose={choose}
        chosen={chosen}
        open={open}
      />
      <section class="turn-details" ref={details} aria-label="The chosen turn">
        {chosen !== undefined && (
          <TurnDetails
            index={chosen}
            row={told?.detail?.row ?? latest.get(chosen)}
            detail={told?.detail}
            told={told !== undefined}
            objective={objective}
            table={memento.table ?? false}
            onTable={(table) => keep({ table })}
            above={at > 0 ? rows[at - 1]?.index : undefined}
            below={at < 0 ? undefined : rows[at + 1]?.index}
            newest={series.turns[0]?.index}
            open={(index) => keep({ turn: index })}
          />
        )}
      </section>
    </main>
  );
}

function NoTurns({ waiting }: { waiting: boolean }) {
  if (waiting) return <main class="empty" />;
  return (
    <main class="empty">
      <h1>
        <Icon name="comment-discussion" /> No turns yet
      </h1>
      <p>
        Turns appear when your agent calls <code>monitor.startTurn()</code>, or its OpenTelemetry spans share a trace.
      </p>
    </main>
  );
}
