import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** The name an agent goes by when it says none: its environment's, the nearest package.json's, its script's. */
export function agentName(): string {
  return process.env.AGENT_VITALS_AGENT || packageName() || basename(process.argv[1] ?? "") || "agent";
}

function packageName(): string | undefined {
  let folder = "";
  try {
    folder = process.cwd();
  } catch {
    return undefined; // the folder was removed under the agent
  }
  for (let parent = dirname(folder); ; folder = parent, parent = dirname(folder)) {
    try {
      const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      if (typeof name === "string" && name) return name;
    } catch {
      // none here, or none that can be read: the next folder upward may have one
    }
    if (parent === folder) return undefined;
  }
}
