import type { TurnListChoice } from "../../../src/model/dashboard.ts";
import { Icon } from "../../shared/Icon.tsx";

interface FiltersProps {
  choice: TurnListChoice;
  objective: number | undefined;
  choose: (change: Partial<TurnListChoice>) => void;
}

/** Which turns are listed. */
export function Filters({ choice, objective, choose }: FiltersProps) {
  const noObjective = objective === undefined;
  return (
    <search class="filters">
      <label class="field">
        <Icon name="search" />
        <input
          type="search"
          aria-label="Filter turns"
          placeholder="silence:>2s stage:tts"
          title="silence:>2s token:<500ms whole:>5s stage:tts>400ms type:thinker error interrupted, or any word"
          spellcheck={false}
          value={choice.query}
          onInput={({ currentTarget }) => choose({ query: currentTarget.value })}
        />
      </label>
      <span class="field select">
        <select
          aria-label="Kind of turn"
          value={choice.kind}
          onChange={({ currentTarget }) => choose({ kind: currentTarget.value as TurnListChoice["kind"] })}
        >
          <option value="all">All kinds</option>
          <option value="voice">Voice</option>
          <option value="chat">Chat</option>
        </select>
        <Icon name="chevron-down" />
      </span>
      <label
        class="check"
        title={noObjective ? "Needs an objective: thresholds in agent-vitals.json" : "Only turns past their objective"}
      >
        <input
          type="checkbox"
          checked={choice.slowOnly && !noObjective}
          disabled={noObjective}
          onChange={({ currentTarget }) => choose({ slowOnly: currentTarget.checked })}
        />
        Slow only
      </label>
    </search>
  );
}
