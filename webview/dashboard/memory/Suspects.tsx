import type { ShownSuspect, SuspectAction } from "../../../src/model/dashboard.ts";
import type { LeakReported, LeakResource } from "../../../src/model/leaks.ts";
import { SeverityIcon } from "../../shared/Icon.tsx";
import { levelText } from "./figures.ts";
import { resourceTitle } from "./resourceNames.ts";
import { Suspect } from "./Suspect.tsx";

interface SuspectsProps {
  reported: LeakReported;
  /** What the editor knows of each. */
  shown: readonly ShownSuspect[];
  act: (index: number, action: SuspectAction) => void;
  showSilenced: () => void;
}

/** What the last hunt found to grow, the most bytes first; what was silenced is said, and shown again by a click. */
export function Suspects({ reported, shown, act, showSilenced }: SuspectsProps) {
  const { report } = reported;
  const all = report.suspects.map((suspect, index) => ({ suspect, index, known: shown[index] }));
  const told = all.filter(({ known }) => !known?.silenced);
  if (report.verdict === "no-leak" || all.length === 0) return null;
  const silenced = all.length - told.length;
  const first = told[0]?.index;
  return (
    <section class="panel suspects" aria-labelledby="suspects">
      <h2 id="suspects">
        {report.verdict === "leak" ? "Suspects" : "Grew, not proven"} <span class="count">{told.length}</span>
        <span class="quiet">by growth</span>
      </h2>
      <ul>
        {told.map(({ suspect, index, known }) => (
          <Suspect
            key={index}
            suspect={suspect}
            known={known}
            // The worst one has the page's one primary button.
            worst={index === first}
            act={(action) => act(index, action)}
          />
        ))}
      </ul>
      {silenced > 0 && (
        <p class="quiet silenced">
          {silenced} silenced in this workspace.{" "}
          <button type="button" class="link" onClick={showSilenced}>
            Show Again
          </button>
        </p>
      )}
    </section>
  );
}

/** What the last hunt looked at and cleared. */
export function Cleared({ reported }: { reported: LeakReported }) {
  const cleared = reported.report.resources.filter(
    ({ verdict }) => verdict === "no-leak" || verdict === "follows heap",
  );
  if (cleared.length === 0) return null;
  return (
    <section class="panel cleared" aria-labelledby="cleared">
      <h2 id="cleared">Checked and bounded</h2>
      <ul>
        {cleared.map((resource) => (
          <li key={resource.name}>
            <SeverityIcon severity={resource.verdict === "no-leak" ? "ok" : "info"} />
            {boundedText(resource)}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** `File descriptors: 22, level`, `RSS: 142 MiB, follows the heap`. */
function boundedText(resource: LeakResource): string {
  const { unit, level, verdict, pattern } = resource;
  const how = verdict === "follows heap" ? "follows the heap" : pattern;
  return `${resourceTitle(resource)}: ${levelText(unit, level)}, ${how}`;
}
