import type { LeakWatch } from "../../../src/model/leaks.ts";
import { SeverityIcon } from "../../shared/Icon.tsx";
import type { Headline as Sentence } from "./headline.ts";

/** The finding in one sentence, what it rests on below, and memory that is held for nothing. */
export function Headline({ headline, held }: { headline: Sentence; held: LeakWatch["held"] }) {
  const { severity, lead, rest, evidence } = headline;
  return (
    <div class="memory-headline">
      <div class="verdict">
        <SeverityIcon severity={severity} />
        <p>
          <strong>{lead}</strong> {rest}
        </p>
        <p class="unseen" role="status">
          {lead}
        </p>
      </div>
      {evidence && <p class="memory-line quiet">{evidence}</p>}
      {held.map(({ gpu, message }) => (
        <p key={gpu} class="memory-line held">
          <SeverityIcon severity="warning" />
          {message}
        </p>
      ))}
    </div>
  );
}
