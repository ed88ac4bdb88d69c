import { formatBytes, formatDuration, formatPercent, threeDigits } from "../../../src/model/format.ts";
import type { AgentState, MetricReading } from "../../../src/model/state.ts";

/** The agent's own gauges, each with its latest value. */
export function Gauges({ agent }: { agent: AgentState }) {
  if (agent.metrics.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="gauges">
      <h2 id="gauges">
        Its own figures <span class="quiet">latest</span>
      </h2>
      <table>
        <tbody>
          {agent.metrics.map((metric) => (
            <tr key={metric.name}>
              <th scope="row">{metric.name}</th>
              <td class="number">{formatReading(metric)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A value in the words of its UCUM unit; braces are an annotation and mean a count of what they name. */
function formatReading({ value, unit }: MetricReading): string {
  if (unit === "s") return formatDuration(value);
  if (unit === "By") return formatBytes(value);
  if (unit === "%") return formatPercent(value / 100);
  return `${threeDigits(value)} ${unit === "1" ? "" : unit.replace(/[{}]/g, "")}`.trim();
}
