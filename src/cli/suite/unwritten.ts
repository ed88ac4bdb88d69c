import type { AgentState } from "../../model/state.ts";
import { defaultSuite } from "../../suites/defaultSuite.ts";
import type { SuiteSource } from "../../suites/format/readSuite.ts";
import { Failure, UsageError } from "../command.ts";
import { nearest } from "../options.ts";
import { printable, tell } from "../output.ts";
import { findWorkspace } from "../workspace.ts";
import type { CollectorWorld } from "./world.ts";

/** The default suite of an agent of this workspace: of the one that is named, else of the only one. @throws with what to do */
export async function unwritten(world: CollectorWorld, name: string | undefined): Promise<SuiteSource> {
  const { state } = await world.connection();
  const { agents } = await state();
  const { name: agent, primaryQueryType, launchable, configured } = agentOf(agents, name);
  const { thresholds = {}, turns = [] } = configured ?? {};
  if (turns.length === 0)
    tell(
      `Use ${printable(agent)} meanwhile: what it reports is measured. To have turns made, say how in its config: "turns": [{ "url": "http://…" }].`,
    );
  const form = defaultSuite({ name: agent, primaryQueryType, launchable, thresholds, turns });
  return { name: form.name ?? agent, folder: findWorkspace(process.cwd()), form };
}

function agentOf(agents: readonly AgentState[], name: string | undefined): AgentState {
  const names = agents.map((agent) => agent.name);
  if (name === undefined) {
    const [only] = agents;
    if (only && agents.length === 1) return only;
    throw agents.length === 0
      ? new Failure(
          "There is no agent here: name one in .vscode/agent-vitals.json, or name a suite: suite run FILE.perf.json.",
        )
      : new UsageError(`Say of which agent: --agent ${names.map(printable).join(" or --agent ")}.`);
  }
  const known = agents.find((agent) => agent.name === name);
  if (known) return known;
  const near = nearest(name, names);
  throw new Failure(
    `There is no agent ${printable(name)} here: ${near ? `did you mean ${printable(near)}?` : `there ${names.length > 0 ? `are ${names.map(printable).join(", ")}` : "is none"}.`}`,
  );
}
