import { SeverityIcon } from "../shared/Icon.tsx";
import type { Run } from "./Header.tsx";
import type { Verdict as Sentence } from "./verdict.ts";

/** What is wrong and why, in one sentence. Only its finding is announced, not each new figure. */
export function Verdict({ sentence, run }: { sentence: Sentence; run: Run }) {
  const { severity, lead, rest, action } = sentence;
  return (
    <div class="verdict">
      <SeverityIcon severity={severity} />
      <p>
        <strong>{lead}</strong> {rest}{" "}
        {action && (
          <button type="button" class="link" onClick={() => run(action.command)}>
            {action.label}
          </button>
        )}
      </p>
      <p class="unseen" role="status">
        {lead}
      </p>
    </div>
  );
}
