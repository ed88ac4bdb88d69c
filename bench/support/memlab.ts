import { execFile } from "node:child_process";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { installOnce } from "../../scripts/cacheFolder.ts";
import { npm } from "../../scripts/npm.ts";
import { withProgress } from "../../scripts/progress.ts";

const VERSION = "2.0.5";

/** How many findings each of MemLab's ways has in three snapshots. */
export interface MemlabFindings {
  /** Of `memlab find-leaks`. */
  leaks: number;
  /** Of `memlab analyze unbound-collection`. */
  collections: number;
  /** Of `memlab analyze unbound-object`. */
  objects: number;
}

/** The folder with MemLab, fetched from the npm registry the first time; without its scripts, which fetch a browser. */
export function fetchMemlab(): Promise<string> {
  return installOnce({
    name: `memlab-${VERSION}`,
    proof: join("node_modules", "@memlab", "api", "package.json"),
    fill: (target) =>
      withProgress(`Fetching MemLab ${VERSION} into the cache (once, about 90 MB)`, async () => {
        await writeFile(join(target, "package.json"), '{ "private": true }\n');
        await npm(["install", `@memlab/api@${VERSION}`, "--ignore-scripts"], target);
      }),
  });
}

/** What MemLab finds in three snapshots, the oldest first; they are moved into a folder of their own. */
export async function askMemlab(memlab: string, snapshots: readonly string[]): Promise<MemlabFindings | undefined> {
  const [first] = snapshots;
  if (first === undefined) return undefined;
  const folder = join(dirname(first), "memlab");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [at, file] of snapshots.entries()) renameSync(file, join(folder, `${at + 1}.heapsnapshot`));
  const program = join(import.meta.dirname, "memlab.mjs");
  const { stdout } = await promisify(execFile)(process.execPath, [program, memlab, folder], { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as MemlabFindings;
}
