import { Icon } from "../../shared/Icon.tsx";
import { ending, lengthOf, type Run, runTitle, whenStarted } from "./knownRuns.ts";

interface RunListProps {
  runs: readonly Run[];
  now: number;
  /** Ids of those that are laid over each other. */
  chosen: readonly string[];
  choose: (run: string) => void;
  /** Shows a run's life in the charts of the overview. */
  open: (run: string) => void;
}

/** The agent's runs, newest first; two of them are compared. */
export function RunList({ runs, now, chosen, choose, open }: RunListProps) {
  return (
    <section class="panel run-list" aria-labelledby="runs">
      <h2 id="runs">
        Runs <span class="quiet">choose two to compare</span>
      </h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section class="scrolls" tabIndex={0} aria-labelledby="runs">
        <table>
          <thead>
            <tr>
              <th scope="col">Compare</th>
              <th scope="col">Run</th>
              <th scope="col">Started</th>
              <th scope="col" class="number">
                Length
              </th>
              <th scope="col">How it ended</th>
              <th scope="col">Process</th>
              <th scope="col">Version</th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <tr key={run.id}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Compare ${runTitle(run)}`}
                    checked={chosen.includes(run.id)}
                    onChange={() => choose(run.id)}
                  />
                </td>
                <td>
                  <button type="button" class="link" title="Show in the overview's charts" onClick={() => open(run.id)}>
                    {runTitle(run)}
                  </button>
                </td>
                <td>{whenStarted(run)}</td>
                <td class="number">{lengthOf(run, now)}</td>
                <td>
                  <Ending run={run} />
                </td>
                <td class="quiet">
                  {[run.pid > 0 ? `pid ${run.pid}` : "", run.runtime ?? ""].filter(Boolean).join(", ")}
                </td>
                <td class="quiet">{run.version}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function Ending({ run }: { run: Run }) {
  const grave = run.end !== undefined && !run.stopped && (run.exitCode ?? 0) !== 0;
  return (
    <>
      {grave && (
        <span class="severity severity-error">
          <Icon name="error" />
        </span>
      )}{" "}
      {ending(run)}
    </>
  );
}
