import { useState } from "preact/hooks";
import type { AgentState } from "../../../src/model/state.ts";
import { Icon } from "../../shared/Icon.tsx";
import type { Run } from "../Header.tsx";
import { type ProcessColumn, type ProcessOrder, processColumns, sorted } from "./processes.ts";

/** The agent's processes, sorted by a click on a head. */
export function Processes({ agent, now, run }: { agent: AgentState; now: number; run: Run }) {
  const [order, setOrder] = useState<ProcessOrder>({ column: "memory", descending: true });
  const rows = agent.processes ?? [];
  const all = agent.resources?.processes ?? rows.length;
  return (
    <section class="panel processes" aria-labelledby="processes">
      <h2 id="processes">
        Processes{" "}
        <span class="quiet">{rows.length < all ? `${rows.length} of ${all}, those with most memory` : all}</span>
        {rows.length > 0 && (
          <button
            type="button"
            class="link measure"
            title="Counts memory that processes share only once; takes the system some milliseconds a process"
            onClick={() => run("agentVitals.measurePss", agent.name)}
          >
            Measure shared memory (PSS)
          </button>
        )}
      </h2>
      {rows.length === 0 ? (
        <p class="quiet">
          {agent.status === "running" ? "Waiting for the first reading." : "The agent does not run, so it has none."}
        </p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        <section class="scrolls" tabIndex={0} aria-labelledby="processes">
          <table>
            <thead>
              <tr>
                {processColumns.map((column) => (
                  <Head key={column.id} column={column} order={order} choose={setOrder} />
                ))}
              </tr>
            </thead>
            <tbody>
              {sorted(rows, order, now).map((row) => (
                <tr key={`${row.pid} ${row.startTime}`}>
                  {processColumns.map((column) => (
                    <td
                      key={column.id}
                      class={column.number ? "number" : "cut"}
                      title={column.number ? undefined : row.name}
                    >
                      {column.text(row, now)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

interface HeadProps {
  column: ProcessColumn;
  order: ProcessOrder;
  choose: (order: ProcessOrder) => void;
}

function Head({ column, order, choose }: HeadProps) {
  const chosen = order.column === column.id;
  const direction = order.descending ? "descending" : "ascending";
  const next = chosen ? !order.descending : column.number;
  return (
    <th scope="col" class={column.number ? "number" : undefined} aria-sort={chosen ? direction : "none"}>
      <button type="button" class="sort" onClick={() => choose({ column: column.id, descending: next })}>
        {column.title}
        {chosen && <Icon name={order.descending ? "arrow-down" : "arrow-up"} />}
      </button>
    </th>
  );
}
