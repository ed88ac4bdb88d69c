import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { createVSIX } from "@vscode/vsce";

const ROOT = dirname(import.meta.dirname);

const bundler = [join(ROOT, "esbuild.mjs"), "--production"];
const { status } = spawnSync(process.execPath, bundler, { cwd: ROOT, stdio: "inherit" });
if (status !== 0) throw new Error("The bundles could not be built; nothing was packaged.");

const { name, version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Record<string, string>;
const packagePath = join(ROOT, `${name}-${version}.vsix`);
// All that the extension needs is in its bundles, and there is no public repository for links to point into.
const selfContained = { dependencies: false, allowMissingRepository: true, rewriteRelativeLinks: false };
await createVSIX({ cwd: ROOT, packagePath, ...selfContained });
console.log(`${packagePath}: ${Math.round(statSync(packagePath).size / 1000)} kB`);
