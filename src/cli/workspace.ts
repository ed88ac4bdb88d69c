import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The workspace of a folder: the nearest one upward with a config file, else the folder itself. */
export function findWorkspace(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, ".vscode", "agent-vitals.json"))) return at;
    if (dirname(at) === at) return folder;
  }
}
