import { statSync } from "node:fs";
import { join } from "node:path";
import { type Identify, isAlive } from "../model/process.ts";
import { START_TIMEOUT_MS } from "./launch.ts";
import { type Run, watchRun } from "./run.ts";
import {
  FILES,
  listRuns,
  type RunEnd,
  type RunRecord,
  readEnd,
  readPids,
  removeRun,
  writeRecord,
} from "./runFolder.ts";

/** A run that has ended, as its folder tells it. */
interface EndedRun {
  folder: string;
  record: RunRecord;
  end: RunEnd;
}

export interface Adopted {
  /** Agents that still run: watched again, with standard input and signals as before. */
  live: Run[];
  /** Newest first. */
  ended: EndedRun[];
}

/** Finds what earlier collectors of this workspace launched; deletes what they left of starts that failed. */
export function adoptRuns(runsFolder: string, workspaceId: string, identify: Identify): Adopted {
  const adopted: Adopted = { live: [], ended: [] };
  for (const { folder, record: written } of listRuns(runsFolder)) {
    if (written.workspaceId !== workspaceId) continue;
    const record = completeRecord(folder, written, identify);
    if (record.pid === 0) {
      // Its launcher was killed in mid-start. Without the shim's note no agent ran, unless the shim is just coming up.
      const mayStart = Date.now() - record.startTime * 1000 < START_TIMEOUT_MS;
      if (!readPids(folder) && !mayStart) removeRun(folder);
      continue;
    }
    if (readEnd(folder) === undefined && isAlive(record, identify))
      adopted.live.push(watchRun(folder, record, identify));
    else adopted.ended.push({ folder, record, end: endOf(folder) });
  }
  return adopted;
}

/** Deletes the folders of ended runs, oldest first, until each agent has `keep` left. */
export function pruneRuns(runsFolder: string, identify: Identify, keep = 20): void {
  const seen = new Map<string, number>();
  for (const { folder, record } of listRuns(runsFolder)) {
    const count = (seen.get(record.agent) ?? 0) + 1;
    seen.set(record.agent, count);
    const ended = readEnd(folder) !== undefined || !isAlive(completeRecord(folder, record, identify), identify);
    if (count > keep && ended) removeRun(folder);
  }
}

/**
 * A launcher that was killed between the start and its note of it left a record without pid. The shim's note has the
 * pid, written as the process began: it is that process if it began then.
 */
function completeRecord(folder: string, record: RunRecord, identify: Identify): RunRecord {
  const pids = record.pid === 0 ? readPids(folder) : undefined;
  const identity = pids && identify(pids.pid);
  if (!pids || !identity || Math.abs(identity.startTime - pids.time) > 2) return record;
  const { pid, startTime, startMark } = identity;
  const complete = { ...record, pid, startTime, startMark, shimPid: pids.shimPid };
  writeRecord(folder, complete);
  return complete;
}

/** Without an exit code the last output is the last sign of life. */
function endOf(folder: string): RunEnd {
  const lastSign = statSync(join(folder, FILES.output), { throwIfNoEntry: false }) ?? statSync(folder);
  return readEnd(folder) ?? { time: lastSign.mtimeMs / 1000 };
}
