import { formatCount } from "../../../src/model/format.ts";
import type { WatchedResource } from "../../../src/model/leaks.ts";
import { clockSecond } from "../../shared/clockTime.ts";
import { levelText } from "./figures.ts";
import { resourceTitle } from "./resourceNames.ts";

/** The readings of a course, newest first. */
export function TrendTable({ resource }: { resource: WatchedResource }) {
  const { points, unit, since } = resource;
  const title = resourceTitle(resource);
  const rows = points.time.map((time, i) => ({ time, turns: points.turns[i] ?? 0, value: points.value[i] ?? 0 }));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section class="scrolls trend-table" tabIndex={0} aria-label={`Readings of ${title}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col" class="number">
              Turns
            </th>
            <th scope="col" class="number">
              {title}
            </th>
            <th scope="col">Judged</th>
          </tr>
        </thead>
        <tbody>
          {rows.toReversed().map(({ time, turns, value }) => (
            <tr key={time}>
              <td>{clockSecond(time)}</td>
              <td class="number">{formatCount(turns)}</td>
              <td class="number">{levelText(unit, value)}</td>
              <td>{time < since ? "no, warm-up" : "yes"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
