import { SeverityIcon } from "../../shared/Icon.tsx";
import { useWidth } from "../../shared/useWidth.ts";
import { Sparkline } from "./Sparkline.tsx";
import type { Bar, Tile } from "./tile.ts";

const LEAST_WIDTH = 215;
const GAP = 10;

/** The figures on top. In a narrow panel they are rows, sorted by the caller. */
export function Tiles({ tiles }: { tiles: Tile[] }) {
  const [list, width] = useWidth<HTMLUListElement>();
  return (
    <ul
      ref={list}
      class="tiles"
      aria-label="Figures"
      style={{ gridTemplateColumns: `repeat(${columns(tiles.length, width)}, minmax(0, 1fr))` }}
    >
      {tiles.map((tile) => (
        <li key={tile.id} class="tile" data-tile={tile.id}>
          <div class="tile-head">
            <SeverityIcon severity={tile.severity} />
            <span class="tile-title cut">{tile.title}</span>
            <span class="tile-aside quiet">{tile.aside}</span>
          </div>
          <div class="tile-main">
            <span class="tile-figure">{tile.figure}</span>
            <span class="tile-unit quiet cut">{tile.unit}</span>
            <span class="tile-spark">{tile.spark && <Sparkline spark={tile.spark} />}</span>
          </div>
          {tile.bar ? <UsedBar bar={tile.bar} severity={tile.severity} /> : <span class="bar bar-none" />}
          <span class="tile-words cut">
            {tile.words.lead && <strong>{tile.words.lead} </strong>}
            {tile.words.rest}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** As many as fit, then as few as fill the same rows: no tile is left alone in the last one. */
function columns(count: number, width: number): number {
  const fit = Math.max(1, Math.floor((width + GAP) / (LEAST_WIDTH + GAP)));
  return Math.max(1, Math.ceil(count / Math.ceil(count / fit)));
}

const percent = (share: number) => `${Math.min(100, Math.max(0, share * 100)).toFixed(2)}%`;

/** What is used up, so that full means bad; or an interval with its objective dashed and a tick for the value. */
function UsedBar({ bar, severity }: { bar: Bar; severity: Tile["severity"] }) {
  if ("used" in bar) {
    return (
      <span class={`bar bar-${severity}`} aria-hidden="true">
        <i style={{ width: percent(bar.used) }} />
      </span>
    );
  }
  const { low, high, value, objective } = bar;
  return (
    <span class={`bar bar-${severity}`} aria-hidden="true">
      <i style={{ left: percent(low), width: percent(high - Math.max(0, low)) }} />
      <b class="bar-objective" style={{ left: percent(objective) }} />
      <b class="bar-value" style={{ left: percent(value) }} />
    </span>
  );
}
