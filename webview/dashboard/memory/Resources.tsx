import type { LeakWatch, WatchedResource } from "../../../src/model/leaks.ts";
import { SeverityIcon } from "../../shared/Icon.tsx";
import type { Severity } from "../../shared/severity.ts";
import { Sparkline } from "../tiles/Sparkline.tsx";
import { NOTHING } from "../tracks/track.ts";
import { confidenceText, levelText, perTurnText, slopeText } from "./figures.ts";
import { resourceKey, resourceTitle } from "./resourceNames.ts";

interface ResourcesProps {
  watch: LeakWatch;
  /** Whose course is drawn. */
  chosen: WatchedResource | undefined;
  choose: (key: string) => void;
}

/** Severity and word of a resource's verdict; `follows heap` is no finding of its own. */
const verdicts: Record<WatchedResource["verdict"], [Severity, string]> = {
  leak: ["warning", "Leak"],
  "no-leak": ["ok", "No leak"],
  inconclusive: ["unproven", "Not judged"],
  "follows heap": ["info", "Follows heap"],
};

/** Points are thinned out: neighbours may lie any time apart, seconds. */
const ALL = 1e9;

const columns = ["Resource", "Course", "Now", "Slope", "95 % interval", "A turn", "Pattern", "Verdict", "Confidence"];
const numbers = new Set(["Now", "Slope", "A turn", "Confidence"]);

/** What is watched and how it is judged: a click or the arrow keys choose whose course is drawn. */
export function Resources({ watch, chosen, choose }: ResourcesProps) {
  const { resources } = watch;
  if (resources.length === 0) return null;
  const keys = resources.map(resourceKey);
  const at = chosen ? keys.indexOf(resourceKey(chosen)) : 0;
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: keys.length - 1 };
    const to = moves[event.key as keyof typeof moves];
    const key = to === undefined ? undefined : keys[Math.max(0, Math.min(keys.length - 1, to))];
    if (key === undefined) return;
    event.preventDefault();
    choose(key);
    event.currentTarget.querySelectorAll<HTMLElement>("tbody tr")[keys.indexOf(key)]?.focus();
  };
  return (
    <section class="panel watched" aria-labelledby="watched">
      <h2 id="watched">Resources</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table that is moved through is a grid */}
      <table role="grid" aria-labelledby="watched" onKeyDown={onKeyDown}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" class={numbers.has(column) ? "number" : undefined}>
                {column === "Course" ? <span class="unseen">Course</span> : column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {resources.map((resource, i) => (
            <Row key={keys[i]} resource={resource} chosen={i === at} choose={() => choose(keys[i] ?? "")} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ resource, chosen, choose }: { resource: WatchedResource; chosen: boolean; choose: () => void }) {
  const { unit, level, slope, slopePerTurn, pattern, verdict, confidence, reason, points } = resource;
  const [severity, word] = verdicts[verdict];
  // Of what was not judged there is no slope of 0: there is none.
  const known = verdict !== "inconclusive" || confidence > 0 || slope.value !== 0;
  const { slope: rise, interval } = known ? slopeText(unit, slope) : { slope: NOTHING, interval: "" };
  const spark = {
    hue: "neutral" as const,
    points: points.time.map((time, i): [number, number] => [time, points.value[i] ?? 0]),
    joins: ALL,
  };
  const select = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose();
  };
  return (
    <tr
      class={verdict === "leak" ? "leaks" : undefined}
      aria-selected={chosen}
      tabIndex={chosen ? 0 : -1}
      title={reason}
      onClick={choose}
      onKeyDown={select}
    >
      <th scope="row" class="cut">
        {resourceTitle(resource)}
      </th>
      <td class="course">
        <Sparkline spark={spark} />
      </td>
      <td class="number now">{levelText(unit, level)}</td>
      <td class="number slope">{rise}</td>
      <td class="interval quiet">{interval}</td>
      <td class="number turn">
        {perTurnText(unit, slopePerTurn)}
        {slopePerTurn && <span class="narrow-only"> a turn</span>}
      </td>
      <td class="pattern quiet">{known && pattern}</td>
      <td class="judged">
        <SeverityIcon severity={severity} /> {word}
      </td>
      <td class="number confidence">{known ? confidenceText(confidence) : NOTHING}</td>
    </tr>
  );
}
