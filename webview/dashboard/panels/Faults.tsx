import { formatAge, queryTypeTitle } from "../../../src/model/format.ts";
import type { AgentState } from "../../../src/model/state.ts";
import { Icon } from "../../shared/Icon.tsx";

/** What goes wrong within the process, as the probe sees it: requests that stay open, errors nobody caught, warnings. */
export function Faults({ agent, now }: { agent: AgentState; now: number }) {
  const { pending, faults } = agent;
  const counts = Object.entries({
    "uncaught exceptions": faults?.uncaughtExceptions ?? 0,
    "unhandled rejections": faults?.unhandledRejections ?? 0,
    ...faults?.warnings,
  }).filter(([, count]) => count > 0);
  if (pending.length === 0 && counts.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="faults">
      <h2 id="faults">Within the process</h2>
      <table>
        <tbody>
          {pending.map((request) => (
            <tr key={`${request.host} ${request.start}`}>
              <th scope="row">
                <Icon name="warning" /> {queryTypeTitle(request.queryType)}, {request.model ?? request.host}
              </th>
              <td class="number">open for {formatAge(now - request.start)}</td>
            </tr>
          ))}
          {counts.map(([name, count]) => (
            <tr key={name}>
              <th scope="row">
                <Icon name="warning" /> {name}
              </th>
              <td class="number">{count}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
