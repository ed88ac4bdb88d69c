/** Launches the agents given as JSON on its command line, prints their ids, and waits to be killed. */
import { processIdentity } from "../../../src/inputs/sampling/process/identity.ts";
import type { AgentDefinition } from "../../../src/model/config.ts";
import { launchRun } from "../../../src/supervise/launch.ts";

const [runsFolder = "", agents = "[]"] = process.argv.slice(2);
const ids: string[] = [];
for (const definition of JSON.parse(agents) as AgentDefinition[]) {
  const env = process.env;
  const run = await launchRun({ runsFolder, workspaceId: "test", definition, env, identify: processIdentity });
  ids.push(run.id);
}
console.log(JSON.stringify(ids));
setInterval(() => {}, 1000);
