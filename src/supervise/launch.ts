import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { AgentDefinition } from "../model/config.ts";
import { maskedCommandLine } from "../model/mask.ts";
import type { Identify } from "../model/process.ts";
import { killGroup } from "./group.ts";
import { findProgram } from "./program.ts";
import { type Run, watchRun } from "./run.ts";
import { FILES, type RunRecord, readPids, removeRun, writeRecord } from "./runFolder.ts";
import { spawnShim } from "./shim.ts";

export interface LaunchOptions {
  /** Folder of all runs of the workspace; the run's own is made in it. */
  runsFolder: string;
  workspaceId: string;
  definition: AgentDefinition;
  /** The editor's environment with `AGENT_VITALS_*`; the definition's `env` goes over it. */
  env: NodeJS.ProcessEnv;
  identify: Identify;
  /** Letters, digits, `-`, `_`, `.`. Default: one of its own, ordered by time. */
  runId?: string;
  /** Path of the built Node shim; needed on Windows alone. */
  nodeShim?: string;
}

/** How long the shim may take to start, ms: two shells on a machine that may be busy. */
export const START_TIMEOUT_MS = 10_000;

/**
 * Starts an agent that outlives us: detached, in a process group of its own, output to a file, standard input from a
 * FIFO. Resolves when its process is there.
 * @throws when it can't be started, with what to do about it
 */
export async function launchRun(options: LaunchOptions): Promise<Run> {
  const { definition, identify } = options;
  const { name, command, args, cwd } = definition;
  const fail = (reason: string) => new Error(`Can't start ${name}: ${reason}`);
  const env = agentEnvironment(options.env, definition.env);
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) {
    throw fail(`its folder ${cwd} does not exist. Check "cwd".`);
  }
  let program: string;
  try {
    program = findProgram(command, cwd, env);
  } catch (error) {
    throw fail((error as Error).message);
  }
  if (process.platform === "win32" && !options.nodeShim) throw fail("no Node shim was given, which Windows needs.");

  const id = options.runId ?? newRunId();
  const folder = join(options.runsFolder, id);
  mkdirSync(folder, { mode: 0o700 });
  const record: RunRecord = {
    version: 1,
    id,
    agent: name,
    workspaceId: options.workspaceId,
    commandLine: maskedCommandLine([command, ...args]),
    startTime: Date.now() / 1000,
    pid: 0,
    startMark: "",
    shimPid: 0,
  };
  // Written before the start too: a launcher that is killed in between still leaves an agent that can be found.
  writeRecord(folder, record);
  const argv = [process.platform === "win32" ? program : command, ...args];
  try {
    const pids = await startShim({ folder, argv, cwd, env, nodeShim: options.nodeShim });
    const identity = identify(pids.pid);
    record.pid = pids.pid;
    record.shimPid = pids.shimPid;
    record.startTime = identity?.startTime ?? pids.time;
    record.startMark = identity?.startMark ?? "";
  } catch (error) {
    removeRun(folder);
    throw fail((error as Error).message);
  }
  writeRecord(folder, record);
  return watchRun(folder, record, identify);
}

async function startShim(options: Parameters<typeof spawnShim>[0]): Promise<NonNullable<ReturnType<typeof readPids>>> {
  const { folder } = options;
  const child = spawnShim(options);
  let ended = false;
  let failure: Error | undefined;
  child.once("error", (error) => {
    failure = error;
  });
  child.once("exit", () => {
    ended = true;
  });
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!failure && performance.now() < deadline) {
    // Asked before the file is read: a shim that ended had its last chance to write.
    const over = ended;
    const pids = readPids(folder);
    if (pids) return pids;
    if (over) throw new Error(`its shim ended at once. ${readFileSync(join(folder, FILES.output), "utf8").trim()}`);
    await sleep(5);
  }
  if (failure) throw failure;
  if (child.pid) killGroup({ shimPid: child.pid });
  throw new Error(
    `its shim did not come up within ${START_TIMEOUT_MS / 1000} s. The machine may be out of processes or memory.`,
  );
}

/** What the agent's process is given: unbuffered, colourful, and nothing of the editor's own inner variables. */
export function agentEnvironment(base: NodeJS.ProcessEnv, own: AgentDefinition["env"]): NodeJS.ProcessEnv {
  const inherited = Object.entries(base).filter(([key]) => !/^(ELECTRON|VSCODE)_/.test(key));
  const env: NodeJS.ProcessEnv = { PYTHONUNBUFFERED: "1", ...Object.fromEntries(inherited) };
  // Node warns when both are set.
  if (env.NO_COLOR === undefined) env.FORCE_COLOR ??= "1";
  for (const [key, value] of Object.entries(own)) {
    if (value === null) delete env[key];
    else env[key] = value;
  }
  return env;
}

/** E.g. `20261105-091244-3fa2c1`: folders sort by time. */
function newRunId(): string {
  const [date = "", time = ""] = new Date().toISOString().split("T");
  return `${date.replaceAll("-", "")}-${time.slice(0, 8).replaceAll(":", "")}-${randomBytes(3).toString("hex")}`;
}
