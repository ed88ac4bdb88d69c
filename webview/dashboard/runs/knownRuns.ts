import { formatAge } from "../../../src/model/format.ts";
import type { RecordedRun } from "../../../src/model/series.ts";
import type { AgentState, RunState } from "../../../src/model/state.ts";
import { calendarDay, clockMinute } from "../../shared/clockTime.ts";

/** A run, of this session or recorded. */
export type Run = Omit<RecordedRun, "agent">;

/** Those that the collector saw and those that are recorded, newest first, each once. */
export function knownRuns(agent: AgentState, recorded: readonly RecordedRun[] = []): Run[] {
  const byId = new Map<string, Run>(recorded.map((run) => [run.id, run]));
  for (const run of agent.runs) byId.set(run.id, { ...byId.get(run.id), ...told(run) });
  return [...byId.values()].sort((a, b) => b.start - a.start);
}

function told(run: RunState): Run {
  const { id, number, pid, startTime, endTime, exitCode, stopped, runtime } = run;
  return {
    id,
    number,
    pid,
    start: startTime,
    ...(endTime !== undefined && { end: endTime }),
    ...(exitCode !== undefined && { exitCode }),
    ...(stopped !== undefined && { stopped }),
    ...(runtime !== undefined && { runtime }),
  };
}

/** `Run 6`. */
export const runTitle = (run: Run) => `Run ${run.number}`;

/** How it ended: `running`, `stopped`, `exit code 134`. */
export function ending({ end, exitCode, stopped }: Run): string {
  if (end === undefined) return "running";
  if (stopped) return "stopped";
  return exitCode === undefined ? "ended" : `exit code ${exitCode}`;
}

/** `Mon 23 13:51`. */
export const whenStarted = ({ start }: Run) => `${calendarDay(start)} ${clockMinute(start)}`;

/** How long it took, or goes on, at a time: `41 min`. */
export const lengthOf = ({ start, end }: Run, now: number) => formatAge((end ?? now) - start);
