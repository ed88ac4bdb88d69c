import type { TurnDetail } from "../../../src/model/turns.ts";
import { SeverityIcon } from "../../shared/Icon.tsx";
import type { Severity } from "../../shared/severity.ts";
import { formatSigned } from "./WaterfallRows.tsx";

const icons: Record<TurnDetail["logs"][number]["severity"], Severity> = {
  info: "info",
  notice: "info",
  warning: "warning",
  error: "error",
  critical: "error",
  emergency: "error",
};

/** Lines that were logged within the trace of the turn. */
export function Logs({ detail: { logs, zero } }: { detail: TurnDetail }) {
  if (logs.length === 0) return null;
  return (
    <section class="turn-logs" aria-labelledby="turn-logs">
      <h2 id="turn-logs">
        Logs <span class="quiet">{logs.length}</span>
      </h2>
      <ul>
        {logs.map(({ time, severity, message }, i) => (
          <li key={i}>
            <span class="quiet">{formatSigned(time - zero)}</span>
            <SeverityIcon severity={icons[severity]} />
            <span class="unseen">{severity}</span>
            <code>{message}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}
