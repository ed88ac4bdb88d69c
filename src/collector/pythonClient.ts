import { setTimeout as sleep } from "node:timers/promises";
import type { SocketClient } from "../inputs/socket/client.ts";
import type { ProcessInfo } from "../model/process.ts";
import { runsPython } from "../model/runtime.ts";
import type { RunState } from "../model/state.ts";
import type { Agent } from "./agent.ts";
import type { Clients } from "./clients.ts";

/** The client of a Python agent that runs. */
export interface PythonClient {
  run: RunState;
  client: SocketClient;
}

/**
 * Undefined when the agent is no Python program, or does not run.
 * @throws when it is one that has no client, with what to do
 */
export type FindPython = (agent: Agent, signal: AbortSignal) => Promise<PythonClient | undefined>;

/** Seconds after its start in which an agent's client may say hello: it imports its libraries before. */
const STARTING = 15;
/** Seconds in which the client of one that runs for long comes back to a collector that has just begun. */
const COMING_BACK = 7;

export function findPython({
  clients,
  listProcesses,
  now,
}: {
  clients: Clients;
  listProcesses: () => Promise<ProcessInfo[]>;
  /** Unix seconds. */
  now: () => number;
}): FindPython {
  const connected = (agent: Agent): PythonClient | undefined => {
    for (const run of agent.living) {
      const client = clients.pythonOf(agent, run);
      if (client) return { run, client };
    }
    return undefined;
  };
  return async (agent, signal) => {
    const asked = now();
    for (;;) {
      const found = connected(agent);
      const run = agent.living[0];
      if (found || !run || agent.inspector?.state === "attached") return found;
      if (!(await isPython(run, listProcesses))) return undefined;
      if (now() > Math.max(run.startTime + STARTING, asked + COMING_BACK))
        throw new Error(
          `${agent.name} is a Python program without a connected Agent Vitals client, by which alone its memory can be looked at: add the client ("Add Client to This Project", or pip install ./python), call create_monitor() in it, and start it from a terminal of this workspace.`,
        );
      // Why it was cancelled is told, not that a timer was.
      await sleep(100, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  };
}

/** A process that has just been started may still be the shell that becomes Python: its command line tells before. */
async function isPython(run: RunState, listProcesses: () => Promise<ProcessInfo[]>): Promise<boolean> {
  if (run.runtime !== undefined || runsPython(run)) return runsPython(run);
  return (await listProcesses()).find(({ pid }) => pid === run.pid)?.kind === "python";
}
