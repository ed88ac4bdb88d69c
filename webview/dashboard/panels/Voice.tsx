import { formatCount, formatPercent, queryTypeTitle } from "../../../src/model/format.ts";
import type { AgentState } from "../../../src/model/state.ts";
import { judgeReliability } from "../reliability.ts";

/** Voice turns of this run: how many succeeded, and where and why the others failed. */
export function Voice({ agent }: { agent: AgentState }) {
  const { voice, interruptions } = agent;
  const judged = voice && judgeReliability(voice);
  if (!voice || !judged) return null;
  const { turns, rate } = judged;
  return (
    <section class="panel" aria-labelledby="voice">
      <h2 id="voice">
        Voice <span class="quiet">this run</span>
      </h2>
      <p>
        <b>{formatCount(voice.success)}</b> of {formatCount(turns)} turns succeeded,{" "}
        {rate === 1 ? "100 %" : formatPercent(rate, 2)}.
        {interruptions > 0 && ` ${interruptions} were interrupted, which is no failure.`}
      </p>
      {voice.failures.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">Failed in</th>
              <th scope="col">Reason</th>
              <th scope="col" class="number">
                Turns
              </th>
            </tr>
          </thead>
          <tbody>
            {voice.failures.map(({ stage, reason, count }) => (
              <tr key={`${stage} ${reason}`}>
                <td>{queryTypeTitle(stage)}</td>
                <td>{reason}</td>
                <td class="number">{formatCount(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
