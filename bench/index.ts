// Runs every bench, one after the other, and fails when one missed its target. Takes about 32 minutes.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

console.log("Takes about 32 minutes.");
const build = spawnSync(process.execPath, [join(import.meta.dirname, "..", "esbuild.mjs"), "--production"], {
  stdio: "inherit",
});
if (build.status !== 0) process.exit(1);

const benches = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".ts") && file !== "index.ts");
const missed: string[] = [];
for (const bench of benches) {
  console.log(`\n──── ${bench}\n`);
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, bench)], { stdio: "inherit" });
  if (status !== 0) missed.push(bench);
}
console.log(missed.length > 0 ? `\nMissed or failed: ${missed.join(", ")}` : "\nEvery target was met.");
process.exitCode = missed.length > 0 ? 1 : 0;
