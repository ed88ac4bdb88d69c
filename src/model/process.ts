/** Processes of the machine, as far as the agents' parts need to know them. */

/** A living process, told apart from any later one that gets the same pid. */
export interface ProcessIdentity {
  pid: number;
  /** Unix seconds; may move by as much as the clock is set. */
  startTime: number;
  /** What the system itself says about the start: one string for the life of the process, whatever the clock does. */
  startMark: string;
  /** True when it has ended and only waits to be reaped. */
  zombie: boolean;
  parent: number;
  /** Process group. */
  group: number;
}

/** Looks a process up by pid; undefined when there is none. */
export type Identify = (pid: number) => ProcessIdentity | undefined;

/** One process that may be attached to. */
export interface ProcessInfo {
  pid: number;
  /** Program, and the script or module that it runs: `node agent.js`. */
  name: string;
  /** Command line with secrets masked. */
  commandLine: string;
  startTime: number;
  /** Resident set, bytes. */
  memory: number;
  kind: "node" | "python" | "bun" | "deno" | "other";
  /** Port of its open inspector, where that is known. */
  inspector?: number;
  /** Its inspector is closed, and a signal opens it without harm. */
  canOpenInspector: boolean;
}

/** True when the process with this pid is still the one of that start, and not a zombie. */
export function isAlive(process: { pid: number; startMark: string }, identify: Identify): boolean {
  const now = identify(process.pid);
  return now !== undefined && !now.zombie && now.startMark === process.startMark;
}
