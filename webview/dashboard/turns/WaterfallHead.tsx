import type { TurnDetail } from "../../../src/model/turns.ts";
import { waitSpan } from "./axis.ts";

interface WaterfallHeadProps {
  detail: TurnDetail;
  table: boolean;
  onTable: (table: boolean) => void;
  /** Only the wait is shown, as large as can be. */
  close: boolean;
  onClose: (close: boolean) => void;
}

/** What zero is, how much of the turn is shown, and as what. */
export function WaterfallHead({ detail, table, onTable, close, onClose }: WaterfallHeadProps) {
  const wait = waitSpan(detail);
  return (
    <div class="waterfall-head">
      <h2 id="waterfall">Waterfall</h2>
      <p class="quiet cut">0 s is {detail.zeroIs === "start" ? "the turn's start" : "the end of the user's speech"}</p>
      {wait && !table && (
        <Choice
          label="Show"
          choices={[
            ["Whole turn", false],
            [wait.kind === "silence" ? "Silence" : "Wait", true],
          ]}
          value={close}
          choose={onClose}
        />
      )}
      <Choice
        label="Show as"
        choices={[
          ["Chart", false],
          ["Table", true],
        ]}
        value={table}
        choose={onTable}
      />
    </div>
  );
}

interface ChoiceProps {
  label: string;
  choices: [label: string, value: boolean][];
  value: boolean;
  choose: (value: boolean) => void;
}

function Choice({ label, choices, value, choose }: ChoiceProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset draws a frame of its own
    <div class="segments" role="group" aria-label={label}>
      {choices.map(([text, one]) => (
        <button key={text} type="button" aria-pressed={value === one} onClick={() => choose(one)}>
          {text}
        </button>
      ))}
    </div>
  );
}
