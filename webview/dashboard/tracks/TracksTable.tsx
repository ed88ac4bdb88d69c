import { useMemo } from "preact/hooks";
import { formatBytes, formatDuration, formatPercent } from "../../../src/model/format.ts";
import { clockSecond } from "../../shared/clockTime.ts";
import { NewerButton } from "../../shared/NewerButton.tsx";
import { useHeldRows } from "../../shared/useHeldRows.ts";
import type { SeriesWindow } from "../seriesWindow.ts";
import type { Timeline } from "./timeline.ts";
import type { Track } from "./track.ts";

interface Row {
  /** Number of its bucket since 1970. */
  number: number;
  cells: string[];
}

const RESOURCE_COLUMNS = ["CPU", "Heap", "RSS"];
const LATENCY_COLUMNS = ["Count", "Errors", "p50", "p95", "p99"];

/** The charts' figures as a table: a row a bucket, newest first. */
export function TracksTable(props: { tracks: Track[]; series: SeriesWindow; timeline: Timeline }) {
  const types = props.tracks.filter((t) => t.queryType !== undefined);
  const voice = props.tracks.some((t) => t.id === "voice");
  const { rows, newer, events, release } = useHeldRows(
    rowsOf(props.series, props.timeline, types, voice),
    (r) => r.number,
  );
  const scrollTop = () => document.querySelector(".tracks-table")?.scrollTo({ top: 0 });
  return (
    <>
      <NewerButton
        newer={newer}
        show={() => {
          scrollTop();
          release();
        }}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section class="tracks-table scrolls" tabIndex={0} aria-label="Figures by time" {...events}>
        <table>
          <thead>
            <tr>
              <th rowSpan={2} scope="col">
                Time
              </th>
              {types.map((t) => (
                <th key={t.id} colSpan={LATENCY_COLUMNS.length} scope="colgroup" class="group">
                  <span class={`key hue-${t.hue}`} /> {t.title}
                </th>
              ))}
              {voice && (
                <th colSpan={2} scope="colgroup" class="group">
                  Voice turns
                </th>
              )}
              <th colSpan={RESOURCE_COLUMNS.length} scope="colgroup" class="group">
                Resources
              </th>
              <th rowSpan={2} scope="col">
                Marks
              </th>
            </tr>
            <tr>
              {types.flatMap((t) => LATENCY_COLUMNS.map((c) => <Head key={`${t.id} ${c}`} text={c} />))}
              {voice && ["Succeeded", "Failed"].map((c) => <Head key={c} text={c} />)}
              {RESOURCE_COLUMNS.map((c) => (
                <Head key={c} text={c} />
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <TableRow key={row.number} row={row} />
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

const Head = ({ text }: { text: string }) => (
  <th scope="col" class="number">
    {text}
  </th>
);

/** A row that is the same is not compared cell by cell. */
function TableRow({ row: { cells } }: { row: Row }) {
  return useMemo(
    () => (
      <tr>
        {cells.map((cell, i) => (
          // The columns are fixed, so that their place is their identity.
          <td key={i} class={i > 0 && i < cells.length - 1 ? "number" : undefined}>
            {cell}
          </td>
        ))}
      </tr>
    ),
    [cells.join()],
  );
}

function rowsOf(series: SeriesWindow, { from, to, marks }: Timeline, types: Track[], voice: boolean): Row[] {
  const { bucket } = series;
  const number = (time: number) => Math.floor(time / bucket);
  const byNumber = <T extends { time: number }>(items: readonly T[]) => new Map(items.map((i) => [number(i.time), i]));
  const latency = types.map((t) => byNumber(series.latency[t.queryType ?? ""] ?? []));
  const voices = byNumber(series.voice);
  const resources = byNumber(series.resources);
  const heaps = byNumber(series.heap);
  const rows: Row[] = [];
  for (let n = number(to); n >= number(from); n--) {
    const resource = resources.get(n);
    const turns = voices.get(n);
    const heap = heaps.get(n)?.used;
    const happened = marks.filter((m) => number(m.time) === n).map((m) => m.label);
    const cells = [
      ...latency.flatMap((points) => {
        const p = points.get(n);
        if (!p) return LATENCY_COLUMNS.map(() => "");
        return [String(p.count), String(p.errors), ...[p.p50, p.p95, p.p99].map(formatDuration)];
      }),
      ...(voice ? [turns ? String(turns.success) : "", turns ? String(turns.failure) : ""] : []),
      resource?.cpu === undefined ? "" : formatPercent(resource.cpu),
      heap === undefined ? "" : formatBytes(heap),
      resource ? formatBytes(resource.memory) : "",
      happened.join(", "),
    ];
    if (cells.some((cell) => cell !== "")) rows.push({ number: n, cells: [clockSecond(n * bucket), ...cells] });
  }
  return rows;
}
