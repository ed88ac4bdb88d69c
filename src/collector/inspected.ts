import type { AttachedInspector } from "../inputs/inspector/attached.ts";
import type { ProcessInfo } from "../model/process.ts";
import { runsPython } from "../model/runtime.ts";
import type { RunState } from "../model/state.ts";
import type { Agent } from "./agent.ts";
import type { Attaching } from "./attaching.ts";
import type { Inspectors } from "./inspectors.ts";

export interface InspectedOptions {
  attaching: Attaching;
  inspectors: Inspectors;
  listProcesses: () => Promise<ProcessInfo[]>;
}

/**
 * The inspector of an agent that runs, attached to if it is not yet, as the command Attach Inspector does.
 * @throws when it has none, with what to do
 */
export type Inspected = (
  agent: Agent,
  /** Said of a Python program; `heap snapshots are of Node alone. …` */
  ofNode?: string,
) => Promise<{ run: RunState; inspector: AttachedInspector }>;

const SNAPSHOTS = 'heap snapshots are of Node alone. "Hunt for Leaks" tells what of it leaks.';

export function inspected({ attaching, inspectors, listProcesses }: InspectedOptions): Inspected {
  return async (agent, ofNode = SNAPSHOTS) => {
    const run = agent.living.find((one) => inspectors.of(one)) ?? agent.living[0];
    if (!run) throw new Error(`${agent.name} does not run: start it first.`);
    const there = inspectors.of(run);
    if (there) return { run, inspector: there };
    await requireNode(agent, run, listProcesses, ofNode);
    const { message } = await attaching.inspect(agent);
    const inspector = inspectors.of(run);
    if (inspector) return { run, inspector };
    throw new Error(`${agent.name} can't be looked into. ${message ?? "It is being attached to: try again."}`);
  };
}

async function requireNode(
  agent: Agent,
  run: RunState,
  listProcesses: InspectedOptions["listProcesses"],
  ofNode: string,
): Promise<void> {
  if (run.pid === 0)
    throw new Error(
      `${agent.name} is known by its OpenTelemetry data alone: attach to its process first, this is done by its inspector.`,
    );
  const processes = run.runtime === undefined ? await listProcesses() : [];
  const kind = processes.find(({ pid }) => pid === run.pid)?.kind;
  if (kind === "python" || runsPython(run)) throw new Error(`${agent.name} is a Python program, and ${ofNode}`);
}
