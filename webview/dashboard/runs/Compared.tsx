import { useEffect, useMemo, useState } from "preact/hooks";
import type { AgentState } from "../../../src/model/state.ts";
import type { Palette } from "../../shared/palette.ts";
import { useWidth } from "../../shared/useWidth.ts";
import type { DashboardModel } from "../dashboardModel.ts";
import { paceOf } from "../history/range.ts";
import { SCALE_WIDTH } from "../tracks/chart.ts";
import { Plot } from "../tracks/Plot.tsx";
import { LABEL_WIDTH, NARROW_LABEL_HEIGHT } from "../tracks/Tracks.tsx";
import type { Timeline } from "../tracks/timeline.ts";
import { comparedRows, comparedTracks, type Side } from "./compare.ts";
import { type Run, runTitle } from "./knownRuns.ts";

const POINTS = 600;

interface ComparedProps {
  model: DashboardModel;
  agent: AgentState;
  /** Two of them. */
  runs: readonly Run[];
  palette: Palette;
  narrow: boolean;
}

/** Two runs over each other on one ruler, and their figures. Whether a difference means anything is not judged here. */
export function Compared({ model, agent, runs, palette, narrow }: ComparedProps) {
  const { compared: feeds, now, collector } = model;
  const [frame, whole] = useWidth<HTMLDivElement>();
  useEffect(() => {
    if (collector?.state !== "connected") return;
    for (const [i, run] of runs.entries()) {
      const stretch = { from: run.start, to: Math.max(run.end ?? Math.ceil(now), run.start + 1) };
      const name = JSON.stringify([agent.name, run.id, run.end]);
      const query = { agent: agent.name, run: run.id, ...stretch, points: POINTS };
      feeds[i]?.want({ name, query, ...(run.end === undefined && { pace: Math.max(5, paceOf(stretch)) }) }, now);
    }
  });
  const sides = runs.flatMap((run, i): Side[] => {
    const feed = feeds[i];
    // What was answered about another run must not stand under this one's name.
    if (!feed?.history || !feed.data || feed.history.run !== run.id) return [];
    return [{ title: runTitle(run), start: run.start, history: feed.history, data: feed.data }];
  });
  const [, paint] = useState(0);
  const retry = () => {
    for (const feed of feeds) feed.retry();
    paint((times) => times + 1);
  };
  const error = feeds.map((feed) => feed.error).find((one) => one !== undefined);
  const labelHeight = narrow ? NARROW_LABEL_HEIGHT : 0;
  const width = Math.max(0, whole - (narrow ? 0 : LABEL_WIDTH));
  const told = [...sides.map(({ history }) => history), width, labelHeight];
  const timeline = useMemo((): Timeline => {
    const length = Math.max(1, ...sides.map(({ history, start }) => history.to - start));
    return { from: 0, to: length, since: true, marks: [], down: [], unmeasured: [] };
  }, told);
  const tracks = useMemo(
    () => comparedTracks(agent, sides, { timeline, width: Math.max(0, width - SCALE_WIDTH), labelHeight }),
    told,
  );
  const step = Math.max(5, ...sides.map(({ data }) => data.bucket));
  return (
    <div class="compared">
      <section class="tracks" ref={frame} aria-label="Both runs since their starts">
        <p class="compared-legend">
          {runs.map((run, i) => (
            <span key={run.id}>
              <i class={i === 0 ? "line-one" : "line-other"} /> {runTitle(run)}
            </span>
          ))}
          <span class="quiet">time since each run's start</span>
        </p>
        {error !== undefined && (
          <p role="alert">
            The runs could not be had: {error}{" "}
            <button type="button" class="link" onClick={retry}>
              Try again
            </button>
          </p>
        )}
        {sides.length < 2 && error === undefined && <p role="status">Both runs load.</p>}
        <Plot
          view={{ tracks, timeline, width, labelHeight, palette, version: sides.map((s) => s.history.to).join() }}
          narrow={narrow}
          bucket={step}
        />
      </section>
      {sides.length === 2 && <Figures agent={agent} sides={sides} />}
    </div>
  );
}

function Figures({ agent, sides }: { agent: AgentState; sides: readonly Side[] }) {
  const rows = comparedRows(agent, sides);
  return (
    <section class="panel" aria-labelledby="compared-figures">
      <h2 id="compared-figures">
        Figures <span class="quiet">of each run as a whole</span>
      </h2>
      <table class="compared-figures">
        <thead>
          <tr>
            <th scope="col">Figure</th>
            {sides.map(({ title }) => (
              <th key={title} scope="col" class="number">
                {title}
              </th>
            ))}
            <th scope="col" class="number">
              Difference
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ group, name, figures, difference }, i) => (
            <tr key={`${group} ${name}`} class={i > 0 && rows[i - 1]?.group !== group ? "group" : undefined}>
              <th scope="row">
                {group} <span class="quiet">{name}</span>
              </th>
              {figures.map((figure, n) => (
                <td key={sides[n]?.history.run} class="number">
                  {figure}
                </td>
              ))}
              <td class="number">{difference}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
