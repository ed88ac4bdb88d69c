// Prints the sizes of what users get: the packaged extension and the bundles in it, each beside its limit.
import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

const ROOT = dirname(import.meta.dirname);
const KB = 1000;

const made = spawnSync(process.execPath, [join(ROOT, "scripts", "package.ts")], { encoding: "utf8" });
if (made.status !== 0) throw new Error(`The extension could not be packaged:\n${made.stdout}${made.stderr}`);

const { name, version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Record<string, string>;
const files: [what: string, file: string, limit?: number][] = [
  ["packaged extension", `${name}-${version}.vsix`, 2000 * KB],
  ["extension bundle", "dist/extension.js", 500 * KB],
  ["collector bundle", "dist/collector.js"],
  ["dashboard bundle", "dist/webview/dashboard.js"],
  ["Node client, ESM", "dist/sdk/index.mjs", 20 * KB],
  ["Node client, CommonJS", "dist/sdk/index.cjs", 20 * KB],
];

console.log("| what | size | limit |\n|---|---:|---:|");
for (const [what, file, limit] of files) {
  const { size } = statSync(join(ROOT, file));
  const verdict = limit === undefined ? "" : `${kilobytes(limit)}, ${size < limit ? "met" : "missed"}`;
  console.log(`| ${what} | ${kilobytes(size)} | ${verdict} |`);
  if (limit !== undefined && size >= limit) process.exitCode = 1;
}

function kilobytes(bytes: number): string {
  return `${(bytes / KB).toFixed(1)} kB`;
}
