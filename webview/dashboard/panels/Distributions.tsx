import { formatCount, formatDuration, queryTypeTitle, trimZeros } from "../../../src/model/format.ts";
import type { AgentState } from "../../../src/model/state.ts";
import type { SeriesWindow } from "../seriesWindow.ts";
import { along, type Distribution, decades, distributions, type LogAxis, logAxis } from "./distribution.ts";

const HEIGHT = 32;

/** How durations of the last five minutes are distributed, as bars or as their table. */
export function Distributions({ agent, series, table }: { agent: AgentState; series: SeriesWindow; table: boolean }) {
  const all = distributions(agent, series);
  if (all.length === 0) return null;
  const axis = logAxis(all);
  return (
    <section class="panel" aria-labelledby="distribution">
      <h2 id="distribution">
        Distribution <span class="quiet">last 5 min, logarithmic</span>
      </h2>
      {table ? (
        <BarsTable all={all} />
      ) : (
        <>
          {all.map((one) => (
            <Histogram key={one.latency.queryType} one={one} axis={axis} />
          ))}
          <div class="decades" aria-hidden="true">
            {decades(axis).map((value, i, { length }) => (
              <span key={value} style={{ left: percent(i / (length - 1)) }}>
                {trimZeros(formatDuration(value))}
              </span>
            ))}
          </div>
        </>
      )}
    </section>
  );
}

const percent = (share: number) => `${(share * 100).toFixed(2)}%`;

function Histogram({ one, axis }: { one: Distribution; axis: LogAxis }) {
  const { latency, hue, bars, highest } = one;
  const { count, p50 = 0, p95 = 0 } = latency.fiveMinutes;
  const { threshold } = latency;
  const title = queryTypeTitle(latency.queryType);
  const path = (of: typeof bars) =>
    of.map((bar) => {
      const [left, right] = [along(axis, bar.from) * 1000 + 1, along(axis, bar.to) * 1000 - 1];
      // A single response among thousands must still be seen.
      const top = HEIGHT - Math.max(1.5, (bar.count / highest) * (HEIGHT - 2));
      return `M${left.toFixed(1)} ${HEIGHT}V${top.toFixed(1)}H${right.toFixed(1)}V${HEIGHT}Z`;
    });
  const over = bars.filter((bar) => threshold !== undefined && bar.from >= threshold);
  const within = bars.filter((bar) => !over.includes(bar));
  const said = `${title}: ${count} responses, p50 ${formatDuration(p50)}, p95 ${formatDuration(p95)}`;
  return (
    <figure class={`histogram hue-${hue}`} role="img" aria-label={said} data-histogram={latency.queryType}>
      <figcaption>
        <span class="key" /> <span class="cut">{title}</span>
        <span class="quiet cut">
          p50 <b>{formatDuration(p50)}</b> p95 <b>{formatDuration(p95)}</b> of {formatCount(count)}
        </span>
      </figcaption>
      <div class="plot">
        <svg viewBox={`0 0 1000 ${HEIGHT}`} preserveAspectRatio="none" height={HEIGHT} aria-hidden="true">
          <path d={path(within).join("")} />
          <path class="over" d={path(over).join("")} />
        </svg>
        {threshold !== undefined && <i class="objective" style={{ left: percent(along(axis, threshold)) }} />}
        <i class="p50" style={{ left: percent(along(axis, p50)) }} />
        <i class="p95" style={{ left: percent(along(axis, p95)) }} />
      </div>
    </figure>
  );
}

function BarsTable({ all }: { all: Distribution[] }) {
  const froms = [...new Set(all.flatMap((d) => d.bars.map((b) => b.from)))].sort((a, b) => a - b);
  const edge = (from: number) => all.flatMap((d) => d.bars).find((b) => b.from === from);
  return (
    <table class="bars">
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col">To</th>
          {all.map(({ latency }) => (
            <th key={latency.queryType} scope="col" class="number">
              {queryTypeTitle(latency.queryType)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {froms.map((from) => (
          <tr key={from}>
            <td>{formatDuration(from)}</td>
            <td>{formatDuration(edge(from)?.to ?? from)}</td>
            {all.map(({ latency, bars }) => (
              <td key={latency.queryType} class="number">
                {bars.find((b) => b.from === from)?.count ?? ""}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
