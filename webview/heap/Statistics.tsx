import { formatBytes, formatPercent } from "../../src/model/format.ts";
import type { HeapStatistics } from "../../src/model/heap.ts";
import { partsOf } from "./Facts.tsx";

/** Where the memory is, by kind; the kinds add up to the total. */
export function Statistics({ statistics }: { statistics: HeapStatistics }) {
  const parts = partsOf(statistics).sort((a, b) => b.size - a.size);
  return (
    <main class="statistics">
      <table>
        <thead>
          <tr>
            <th>Kind</th>
            <th class="number">Size</th>
            <th class="number">Share</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {parts.map(({ id, words, size }) => (
            <tr key={id}>
              <td>
                <span class={`key part-${id}`} /> {words}
                {id === "native" && statistics.buffers > 0 && (
                  <span class="quiet"> (buffers {formatBytes(statistics.buffers)})</span>
                )}
              </td>
              <td class="number">{formatBytes(size)}</td>
              <td class="number">{formatPercent(size / statistics.total, 1)}</td>
              <td class="statistics-bar" aria-hidden="true">
                <span class={`part-${id}`} style={{ width: `${(size / statistics.total) * 100}%` }} />
              </td>
            </tr>
          ))}
          <tr class="sum">
            <td>Total</td>
            <td class="number">{formatBytes(statistics.total)}</td>
            <td class="number" />
            <td />
          </tr>
        </tbody>
      </table>
    </main>
  );
}
