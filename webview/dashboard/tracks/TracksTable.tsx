import { useMemo } from "preact/hooks";
import { formatDuration } from "../../../src/model/format.ts";
import { NewerButton } from "../../shared/NewerButton.tsx";
import { useHeldRows } from "../../shared/useHeldRows.ts";
import type { ChartData } from "../history/chartData.ts";
import { crosshairText } from "./rulerText.ts";
import type { Timeline } from "./timeline.ts";
import { NOTHING, type Track } from "./track.ts";

interface Row {
  /** Number of its bucket since 1970. */
  number: number;
  cells: string[];
}

const LATENCY_COLUMNS = ["Count", "Errors", "p50", "p95", "p99"];

/** The charts' figures as a table: a row a bucket, newest first. */
export function TracksTable(props: { tracks: readonly Track[]; data: ChartData; timeline: Timeline }) {
  const types = props.tracks.filter((t) => t.queryType !== undefined);
  const voice = props.tracks.some((t) => t.id === "voice");
  const gauges = props.tracks.filter((t) => t.queryType === undefined && t.id !== "voice");
  const { rows, newer, events, release } = useHeldRows(
    rowsOf(props.data, props.timeline, types, voice, gauges),
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
              {gauges.map((t) => (
                <th key={t.id} colSpan={t.figures(undefined).length} scope="colgroup" class="group">
                  {t.title}
                </th>
              ))}
              <th rowSpan={2} scope="col">
                Marks
              </th>
            </tr>
            <tr>
              {types.flatMap((t) => LATENCY_COLUMNS.map((c) => <Head key={`${t.id} ${c}`} text={c} />))}
              {voice && ["Succeeded", "Failed"].map((c) => <Head key={c} text={c} />)}
              {gauges.flatMap((t) =>
                t.figures(undefined).map(({ name }) => <Head key={`${t.id} ${name}`} text={name} />),
              )}
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

/** A chart in buckets has a row a bucket; without any latency the buckets are those of its gauges. */
function rowsOf(data: ChartData, timeline: Timeline, types: Track[], voice: boolean, gauges: Track[]): Row[] {
  const { from, to, marks } = timeline;
  const step = Math.max(data.bucket, ...data.gauges.map((g) => g.step));
  const number = (time: number) => Math.floor(time / step);
  const byNumber = <T extends { time: number }>(items: readonly T[]) => new Map(items.map((i) => [number(i.time), i]));
  const latency = types.map((t) => byNumber(data.latency[t.queryType ?? ""] ?? []));
  const voices = byNumber(data.voice);
  const rows: Row[] = [];
  for (let n = number(to); n >= number(from); n--) {
    const turns = voices.get(n);
    const happened = marks.filter((m) => number(m.time) === n).map((m) => m.label);
    const cells = [
      ...latency.flatMap((points) => {
        const p = points.get(n);
        if (!p) return LATENCY_COLUMNS.map(() => "");
        return [String(p.count), String(p.errors), ...[p.p50, p.p95, p.p99].map(formatDuration)];
      }),
      ...(voice ? [turns ? String(turns.success) : "", turns ? String(turns.failure) : ""] : []),
      ...gauges.flatMap((t) => t.figures((n + 1) * step - 0.001).map(({ value }) => (value === NOTHING ? "" : value))),
      happened.join(", "),
    ];
    if (cells.some((cell) => cell !== ""))
      rows.push({ number: n, cells: [crosshairText(n * step, timeline), ...cells] });
  }
  return rows;
}
