import { Fragment } from "preact";
import type { ShownSuspect, SuspectAction } from "../../../src/model/dashboard.ts";
import { formatBytes, formatCount } from "../../../src/model/format.ts";
import type { LeakSuspect } from "../../../src/model/leaks.ts";
import { Icon, SeverityIcon } from "../../shared/Icon.tsx";
import { Excerpt } from "./Excerpt.tsx";
import { holders } from "./holders.ts";

interface SuspectProps {
  suspect: LeakSuspect;
  known: ShownSuspect | undefined;
  worst: boolean;
  act: (action: SuspectAction) => void;
}

/** One suspect: the claim, its figures, who holds it, the line that makes it, and what helps. */
export function Suspect({ suspect, known, worst, act }: SuspectProps) {
  const { explanation, location, locationNote, retainerPath, variable, class: name, rule, advice } = suspect;
  const way = holders(retainerPath, variable, name);
  return (
    <li class="suspect">
      <SeverityIcon severity="warning" />
      <div>
        <h3>{explanation}</h3>
        <p>{figures(suspect)}</p>
        {way.length > 0 && (
          <p class="way">
            <span class="unseen">Held by: </span>
            {way.map(({ text, own }, i) => (
              <Fragment key={i}>
                {i > 0 && <Icon name="chevron-right" />}
                <code class={own ? "own" : undefined}>{text}</code>
              </Fragment>
            ))}
          </p>
        )}
        {known?.excerpt && location && <Excerpt excerpt={known.excerpt} line={location.line} />}
        {known?.changed && <p class="quiet">Its file was changed since the hunt: the line may be another now.</p>}
        {locationNote && <p class="quiet">{locationNote}</p>}
        <div class="suspect-actions">
          {location && (
            <button type="button" class="link cut" onClick={() => act("reveal")}>
              <code>
                {known?.path ?? location.file}:{location.line}
              </code>
            </button>
          )}
          <span class="buttons">
            {location && (
              <button type="button" class={`small${worst ? " primary" : ""}`} onClick={() => act("reveal")}>
                Open Source
              </button>
            )}
            {known?.kept && (
              <button type="button" class="small" onClick={() => act("retainers")}>
                Retainers
              </button>
            )}
            <button type="button" class="small" onClick={() => act("silence")}>
              Silence
            </button>
          </span>
        </div>
        <p>
          <b>Usual remedy:</b> {advice}{" "}
          <button type="button" class="link" onClick={() => act("explain")}>
            About {rule}
          </button>
        </p>
      </div>
    </li>
  );
}

/** `877 × Session, +91.4 KiB a turn, 78.3 MiB more than at the beginning`. */
function figures({ count, class: name, growthBytes, growthPerTurn }: LeakSuspect) {
  return (
    <>
      {formatCount(count)} × <code>{name}</code>
      {growthPerTurn !== null && (
        <>
          , <b>+{formatBytes(growthPerTurn)} a turn</b>
        </>
      )}
      {growthBytes > 0 && `, ${formatBytes(growthBytes)} in the hunt`}
    </>
  );
}
