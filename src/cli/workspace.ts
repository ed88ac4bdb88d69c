import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** Whose collector is asked: an editor names its own workspace, which may be a file of several folders. */
export const askedWorkspace = (): string => process.env.AGENT_VITALS_WORKSPACE || findWorkspace(process.cwd());

/** The workspace of a folder: the nearest one upward with a config file, else the folder itself. */
export function findWorkspace(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, ".vscode", "agent-vitals.json"))) return at;
    if (dirname(at) === at) return folder;
  }
}
