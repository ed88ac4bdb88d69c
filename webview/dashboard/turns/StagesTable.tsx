import { formatDuration } from "../../../src/model/format.ts";
import type { TurnDetail } from "../../../src/model/turns.ts";
import { axis } from "./axis.ts";
import { peak } from "./strips.ts";
import { formatSigned } from "./WaterfallRows.tsx";

const outcomes = { ok: "ok", error: "failed", cancelled: "cancelled" } as const;
const doors = { sdk: "its client", otlp: "OpenTelemetry", probe: "the inspector" } as const;

/** The waterfall as a table. */
export function StagesTable({ detail }: { detail: TurnDetail }) {
  const { bars, gaps, marks } = detail;
  return (
    <>
      <table class="stages-table">
        <caption class="unseen">Operations of the turn, in order</caption>
        <thead>
          <tr>
            <th scope="col">Operation</th>
            <th scope="col" class="number">
              Start
            </th>
            <th scope="col" class="number">
              Took
            </th>
            <th scope="col" class="number">
              First token
            </th>
            <th scope="col" class="number">
              Tokens
            </th>
            <th scope="col">Outcome</th>
            <th scope="col">Model</th>
            <th scope="col">Told by</th>
          </tr>
        </thead>
        <tbody>
          {bars.map((bar) => (
            <tr key={`${bar.label} ${bar.start}`}>
              <th scope="row" style={{ paddingLeft: `${bar.depth * 14}px` }}>
                {bar.label}
              </th>
              <td class="number">{formatSigned(bar.start)}</td>
              <td class="number">{formatDuration(bar.duration)}</td>
              <td class="number">{bar.timeToFirstToken === undefined ? "" : formatDuration(bar.timeToFirstToken)}</td>
              <td class="number">{bar.outputTokens}</td>
              <td>{bar.errorType ?? outcomes[bar.outcome]}</td>
              <td>{bar.model}</td>
              <td>{doors[bar.door]}</td>
            </tr>
          ))}
          {gaps.map(({ start, duration }) => (
            <tr key={`gap ${start}`}>
              <th scope="row">Unexplained</th>
              <td class="number">{formatSigned(start)}</td>
              <td class="number">{formatDuration(duration)}</td>
              <td colSpan={5} />
            </tr>
          ))}
          {marks.map(({ name, time }) => (
            <tr key={`mark ${name}`}>
              <th scope="row">Mark: {name.replaceAll("_", " ")}</th>
              <td class="number">{formatSigned(time)}</td>
              <td colSpan={6} />
            </tr>
          ))}
        </tbody>
      </table>
      <Peaks detail={detail} />
    </>
  );
}

function Peaks({ detail }: { detail: TurnDetail }) {
  if (detail.strips.length === 0) return null;
  const whole = axis(detail, 1000, false);
  const words = detail.strips.map((strip) => {
    const highest = peak(strip, whole, detail.zero);
    return `${strip.label} ${highest === undefined ? "no reading" : `peak ${highest}`}`;
  });
  return <p class="peaks">Meanwhile: {words.join(", ")}.</p>;
}
