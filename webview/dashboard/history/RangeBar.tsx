import type { DashboardRange } from "../../../src/model/dashboard.ts";
import { Icon } from "../../shared/Icon.tsx";
import { Menu, type MenuItem } from "../../shared/Menu.tsx";
import { ending, type Run, runTitle, whenStarted } from "../runs/knownRuns.ts";
import { sameRange, spans } from "./range.ts";
import { rangeText } from "./rangeText.ts";

interface RangeBarProps {
  range: DashboardRange;
  /** Newest first. */
  runs: readonly Run[];
  paused: boolean;
  table: boolean;
  narrow: boolean;
  /** Machines whose history can be had, and the one that is shown; absent where there is one alone. */
  hosts: { all: readonly string[]; shown: string | undefined; choose: (host: string) => void } | undefined;
  choose: (range: DashboardRange) => void;
  /** Leaves what was zoomed to. */
  back: () => void;
  onPause: (paused: boolean) => void;
  onTable: (table: boolean) => void;
  /** What else can be done with the charts. */
  more: MenuItem[];
}

/** Which stretch of time the charts show, and how. */
export function RangeBar(props: RangeBarProps) {
  const { range, hosts, paused, table, narrow, onPause, onTable, more } = props;
  const fixed = range.kind === "fixed";
  return (
    <div class="ranges" role="toolbar" aria-label="What the charts show">
      {narrow ? <Dropdown {...props} /> : <Segments {...props} />}
      {hosts && (
        <Menu
          class="plain"
          label={`Machine: ${hosts.shown}`}
          items={hosts.all.map((host) => ({
            id: host,
            label: host,
            checked: host === hosts.shown,
            run: () => hosts.choose(host),
          }))}
        >
          <Icon name="server" /> {hosts.shown} <Icon name="chevron-down" />
        </Menu>
      )}
      <button
        type="button"
        class="plain icon-button"
        aria-pressed={paused}
        disabled={fixed}
        title={fixed ? "This stretch of time stands still" : paused ? "Go on" : "Let the charts stand still"}
        aria-label="Pause the charts"
        onClick={() => onPause(!paused)}
      >
        <Icon name={paused ? "debug-continue" : "debug-pause"} />
      </button>
      <button
        type="button"
        class="plain icon-button"
        aria-pressed={table}
        title={table ? "Show as charts" : "Show as tables"}
        aria-label="Table"
        onClick={() => onTable(!table)}
      >
        <Icon name="table" />
      </button>
      <Menu class="plain icon-button" label="Save and export" items={more}>
        <Icon name="export" />
      </Menu>
    </div>
  );
}

function Segments({ range, runs, choose, back }: RangeBarProps) {
  const segment = (label: string, to: DashboardRange, title: string) => (
    <button key={label} type="button" aria-pressed={sameRange(range, to)} title={title} onClick={() => choose(to)}>
      {label}
    </button>
  );
  const shown = range.kind === "run" ? runs.find(({ id }) => id === range.run) : runs[0];
  const items = runs.slice(0, 20).map((run): MenuItem => {
    const checked = range.kind === "run" && range.run === run.id;
    const note = `${whenStarted(run)}, ${ending(run)}`;
    return { id: run.id, label: runTitle(run), note, checked, run: () => choose({ kind: "run", run: run.id }) };
  });
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset draws a frame of its own */}
      <div class="segments" role="group" aria-label="Range">
        {segment("Live", { kind: "live" }, "The last ten minutes as they come")}
        {spans.map(({ span, label, long }) => segment(label, { kind: "last", span }, long))}
        {shown && segment(runTitle(shown), { kind: "run", run: shown.id }, `From ${whenStarted(shown)} on`)}
        {range.kind === "fixed" && (
          <button type="button" aria-pressed="true" title="Back to where you came from (0)" onClick={back}>
            {rangeText(range)} <Icon name="close" />
          </button>
        )}
      </div>
      {runs.length > 1 && (
        <Menu class="plain icon-button runs-menu" label="Another run" items={items}>
          <Icon name="chevron-down" />
        </Menu>
      )}
    </>
  );
}

function Dropdown({ range, runs, choose }: RangeBarProps) {
  const run = (one: Run): [DashboardRange, string] => [
    { kind: "run", run: one.id },
    `${runTitle(one)}, ${whenStarted(one)}`,
  ];
  const all: [DashboardRange, string][] = [
    [{ kind: "live" }, "Live"],
    ...spans.map(({ span, long }): [DashboardRange, string] => [{ kind: "last", span }, long]),
    ...runs.slice(0, 20).map(run),
    ...(range.kind === "fixed" ? [[range, rangeText(range)] as [DashboardRange, string]] : []),
  ];
  return (
    <span class="field select">
      <select
        aria-label="Range"
        value={all.findIndex(([one]) => sameRange(one, range))}
        onChange={({ currentTarget }) => {
          const chosen = all[Number(currentTarget.value)];
          if (chosen) choose(chosen[0]);
        }}
      >
        {all.map(([, label], i) => (
          <option key={label} value={i}>
            {label}
          </option>
        ))}
      </select>
      <Icon name="chevron-down" />
    </span>
  );
}
