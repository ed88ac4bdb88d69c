import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processIdentity } from "../../../src/inputs/sampling/process/identity.ts";
import type { AgentDefinition } from "../../../src/model/config.ts";
import { launchRun } from "../../../src/supervise/launch.ts";
import type { Run } from "../../../src/supervise/run.ts";

export function definition(command: string, args: string[], more: Partial<AgentDefinition> = {}): AgentDefinition {
  return {
    name: "agent",
    command,
    args,
    cwd: tmpdir(),
    env: {},
    primaryQueryType: "talker",
    thresholds: {},
    models: [],
    turns: [],
    stop: { signal: "SIGTERM", timeout: 5 },
    ...more,
  };
}

/** A Node agent that obeys its standard input: `exit N`, else it repeats what it gets. */
export const nodeAgent = definition(process.execPath, [
  "-e",
  `const lines = require("node:readline").createInterface({ input: process.stdin });
  lines.on("line", (line) => {
    if (line.startsWith("exit ")) process.exit(Number(line.slice(5)));
    console.log("heard " + line);
  });
  lines.on("close", () => console.log("END OF INPUT"));
  console.log("ready");`,
]);

/** The same in Python. */
export const pythonAgent = definition("python3", [
  "-c",
  `import sys
print("ready")
for line in sys.stdin:
    if line.startswith("exit "):
        sys.exit(int(line[5:]))
    print("heard " + line.strip())
print("END OF INPUT")`,
]);

/** Folder of runs for one test; whatever still runs in it at the end is killed. */
export class Runs {
  readonly folder = mkdtempSync(join(tmpdir(), "av-runs-"));
  #runs: Run[] = [];

  async launch(agent: AgentDefinition, env: NodeJS.ProcessEnv = process.env): Promise<Run> {
    const options = { runsFolder: this.folder, workspaceId: "test", definition: agent, env, identify: processIdentity };
    return this.add(await launchRun(options));
  }

  add(run: Run): Run {
    this.#runs.push(run);
    return run;
  }

  async end(): Promise<void> {
    await Promise.all(this.#runs.map((run) => run.stop({ signal: "SIGKILL", timeout: 0 })));
    rmSync(this.folder, { recursive: true });
  }
}

export function output(run: Run): string {
  return readFileSync(run.outputFile, "utf8");
}

export function lives(pid: number): boolean {
  return processIdentity(pid)?.zombie === false;
}
