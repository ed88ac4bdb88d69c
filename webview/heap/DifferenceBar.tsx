import { formatBytes } from "../../src/model/format.ts";
import type { HeapSibling } from "../../src/model/heapView.ts";
import { clockSecond } from "../shared/clockTime.ts";
import { Icon } from "../shared/Icon.tsx";
import type { HeapModel } from "./heapModel.ts";

const BROWSE = "browse";

/** Which snapshots are compared, and how. */
export function DifferenceBar({ model }: { model: HeapModel }) {
  const { comparing, siblings } = model;
  const { before, between, survivors, bySite, done } = comparing;
  if (siblings.length === 0) return null;
  return (
    <div class="toolbar difference-bar">
      <span class="quiet">between</span>
      <Choice
        label="The first snapshot"
        value={before ?? ""}
        siblings={siblings}
        choose={(path) => (path === BROWSE ? model.browse() : model.compare({ before: path }))}
        others={[[BROWSE, "Another…"]]}
      />
      <Choice
        label="A second one between"
        value={between ?? ""}
        siblings={siblings.filter(({ path }) => path !== before)}
        choose={(path) => model.compare({ between: path || undefined })}
        others={[["", "none between"]]}
      />
      <span class="quiet">and this file</span>
      <fieldset class="segments" aria-label="Rows">
        <button type="button" aria-pressed={!bySite} onClick={() => model.compare({ bySite: false })}>
          Classes
        </button>
        <button type="button" aria-pressed={bySite} onClick={() => model.compare({ bySite: true })}>
          How it is held
        </button>
      </fieldset>
      {between && done?.by === "id" && (
        <label class="check">
          <input
            type="checkbox"
            checked={survivors}
            onChange={({ currentTarget }) => model.compare({ survivors: currentTarget.checked })}
          />
          Only what was new in 2 and is still in 3
        </label>
      )}
      {done?.reason && (
        <span class="reason">
          <Icon name="info" /> {done.reason}
        </span>
      )}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  siblings: HeapSibling[];
  others: [value: string, words: string][];
  choose: (path: string) => void;
}

function Choice({ label, value, siblings, others, choose }: ChoiceProps) {
  return (
    <span class="field select">
      <select aria-label={label} value={value} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {value === "" && !others.some(([other]) => other === "") && <option value="">choose…</option>}
        {siblings.map(({ path, name, time, fileSize }) => (
          <option key={path} value={path}>
            {name}, {clockSecond(time)}, {formatBytes(fileSize)}
          </option>
        ))}
        {others.map(([other, words]) => (
          <option key={other} value={other}>
            {words}
          </option>
        ))}
      </select>
      <Icon name="chevron-down" />
    </span>
  );
}
