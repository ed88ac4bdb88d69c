import { formatCount, formatDuration } from "../../../src/model/format.ts";
import type { TurnDetail, TurnRow } from "../../../src/model/turns.ts";
import { compare, differenceText, slowest, usual } from "./comparison.ts";
import { lookClass, partLook, partTitle, total } from "./parts.ts";
import { StageBar } from "./StageBar.tsx";
import { waitNouns, waitOf } from "./wait.ts";

/** Where the wait went, against the median of its kind. */
export function Comparison({ row, detail }: { row: TurnRow; detail: TurnDetail | undefined }) {
  const { queryTypes, segments } = row;
  const median = detail && usual(detail);
  const all = total(segments);
  // Medians of the parts need not add up to the median of the whole.
  const span = Math.max(all, total(median?.segments ?? []), 0.001);
  const unusual = detail && slowest(row, detail);
  return (
    <section class="comparison" aria-labelledby="where">
      <h2 id="where">
        Where {formatDuration(all)} {waitNouns[waitOf(row).kind]} went
      </h2>
      <div class="against">
        <span>This turn</span>
        <StageBar segments={segments} queryTypes={queryTypes} span={span} />
        <b>{formatDuration(all)}</b>
      </div>
      {median && (
        <div class="against median">
          <span class="quiet">Median of {formatCount(median.turns)}</span>
          <StageBar segments={median.segments} queryTypes={queryTypes} span={span} />
          <span class="quiet">{formatDuration(median.wait)}</span>
        </div>
      )}
      <dl class="legend">
        {compare(row, median).map(({ part, duration, difference, most }) => (
          <div key={part}>
            <dt>
              <span class={`key ${lookClass(part, partLook(part, queryTypes))}`} /> {partTitle(part)}
            </dt>
            <dd class={most ? "most" : undefined}>
              {formatDuration(duration)}{" "}
              {difference !== undefined && (
                <>
                  <span class="difference">{differenceText(duration, difference)}</span>
                  <span class="unseen"> against the median</span>
                </>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {unusual && (
        <p class="finding">
          <strong>{unusual.claim}</strong> {unusual.evidence}
        </p>
      )}
    </section>
  );
}
