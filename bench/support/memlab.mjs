// memlab.mjs MEMLAB FOLDER: what MemLab, installed in MEMLAB, reports of the three snapshots in FOLDER, as JSON.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [, , memlab, folder] = process.argv;
const require = createRequire(join(memlab, "package.json"));
const { config, findLeaksBySnapshotFilePaths } = require("@memlab/api");
const { fileManager } = require("@memlab/core");
const plugins = "@memlab/heap-analysis/dist/plugins";
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".heapsnapshot"))
  .sort()
  .map((name) => join(folder, name));

config.muteConsole = true;
const workDir = join(folder, "memlab");
const leaks = await findLeaksBySnapshotFilePaths(...files, { workDir, consoleMode: "SILENT" });
fileManager.initDirs(config, { workDir });

/** What `memlab analyze` writes: a row for each that grows, at most 20. */
async function growing(plugin) {
  rmSync(config.unboundObjectCSV, { force: true });
  const { default: Analysis } = require(`${plugins}/${plugin}.js`);
  await new Analysis().process({ args: { "snapshot-dir": folder } });
  // It writes nothing where it found nothing.
  return existsSync(config.unboundObjectCSV) ? readFileSync(config.unboundObjectCSV, "utf8").trim().split("\n") : [];
}

const collections = await growing("CollectionUnboundGrowthAnalysis");
const objects = await growing("ObjectUnboundGrowthAnalysis");
console.log(`\n${JSON.stringify({ leaks: leaks.length, collections: collections.length, objects: objects.length })}`);
