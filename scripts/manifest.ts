import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { activationEvents, contributes } from "../src/editor/contributions.ts";

const ROOT = dirname(import.meta.dirname);

/** `package.json` with what the extension contributes, from its typed source, in the form of our formatter. */
export async function manifest(): Promise<string> {
  const present = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as object;
  const wanted = JSON.stringify({ ...present, activationEvents, contributes }, undefined, 2);
  const biome = join(ROOT, "node_modules", "@biomejs", "biome", "bin", "biome");
  const formatted = spawnSync(process.execPath, [biome, "format", "--stdin-file-path=package.json"], {
    cwd: ROOT,
    input: wanted,
    encoding: "utf8",
  });
  if (formatted.status !== 0) throw new Error(`package.json could not be formatted: ${formatted.stderr}`);
  return formatted.stdout;
}
