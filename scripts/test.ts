import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { onEnd } from "./endings.ts";
import { type Stage, stages } from "./stages.ts";
import type { Counts, StageCounts } from "./testResults.ts";

const ROOT = dirname(import.meta.dirname);
const STAGE_TIMEOUT_MS = 40 * 60_000;

interface Outcome extends StageCounts {
  stage: Stage;
  seconds: number;
}

const folder = mkdtempSync(join(tmpdir(), "av-test-"));
const countsFile = join(folder, "counts.json");
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

let current: ChildProcess | undefined;
onEnd(async () => {
  if (current?.exitCode === null && current.kill()) await once(current, "exit");
});

async function runStage(stage: Stage): Promise<Outcome> {
  console.log(`\n──── ${stage.title} ${"─".repeat(Math.max(0, 70 - stage.title.length))}`);
  const started = performance.now();
  rmSync(countsFile, { force: true });
  let status = 0;
  for (const command of stage.commands) {
    status = await runCommand(command);
    if (status !== 0) break;
  }
  const counts = stage.runsTests ? readCounts(status, stage.title) : { passed: 1, failed: 0, failures: [] };
  // A run that breaks after its last test has failed too, whatever it counted.
  if (status !== 0 && counts.failed === 0)
    Object.assign(counts, { passed: stage.runsTests ? counts.passed : 0, failed: 1 });
  const outcome = { stage, ...counts, seconds: (performance.now() - started) / 1000 };
  console.log(`${stage.title}: ${outcome.passed} passed, ${outcome.failed} failed in ${outcome.seconds.toFixed(1)} s`);
  return outcome;
}

// Tests start hundreds of processes of the same modules.
const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, "compiled") };

async function runCommand([command = "", ...args]: string[]): Promise<number> {
  current = spawn(command, args, { cwd: ROOT, env, stdio: "inherit", timeout: STAGE_TIMEOUT_MS });
  const [code, signal] = (await once(current, "exit")) as [number | null, NodeJS.Signals | null];
  if (signal) console.log(`Ended by ${signal}; a stage may take ${STAGE_TIMEOUT_MS / 60_000} minutes at most.`);
  return code ?? 1;
}

function readCounts(status: number, title: string): StageCounts {
  try {
    const counts = JSON.parse(readFileSync(countsFile, "utf8")) as StageCounts;
    if (counts.passed + counts.failed > 0) return counts;
  } catch {
    if (status === 0) console.log("It ended without counts.");
  }
  console.log(`${title}: no test ran, which counts as a failure.`);
  return { passed: 0, failed: 1, failures: [] };
}

function summary(outcomes: Outcome[]): string {
  const width = Math.max(...outcomes.map(({ stage }) => stage.title.length));
  const row = (title: string, ...cells: string[]) =>
    `${title.padEnd(width)} ${cells.map((c) => c.padStart(8)).join("")}`;
  const rows = outcomes.map(({ stage, passed, failed, seconds }) =>
    row(stage.title, String(passed), String(failed), `${seconds.toFixed(1)} s`),
  );
  return [row("", "passed", "failed", "time"), ...rows].join("\n");
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { grep: { type: "string" } } });
const all = stages(ROOT, countsFile, values.grep);
const unknown = positionals.filter((name) => !all.some((stage) => stage.name === name));
if (unknown.length > 0) {
  const names = all.map(({ name }) => name).join(", ");
  console.error(`There is no stage ${unknown.join(", ")}. The stages are: ${names}.`);
  process.exit(2);
}

const wanted = new Set(positionals.length > 0 ? positionals : all.map(({ name }) => name));
for (const { name, needs } of all) if (needs && wanted.has(name)) wanted.add(needs);

const outcomes: Outcome[] = [];
for (const stage of all.filter(({ name }) => wanted.has(name))) {
  const needed = outcomes.find((outcome) => outcome.stage.name === stage.needs);
  if (needed && needed.failed > 0) {
    console.log(`\n${stage.title}: not run, because "${needed.stage.title}" failed.`);
    outcomes.push({ stage, passed: 0, failed: 1, failures: [], seconds: 0 });
  } else outcomes.push(await runStage(stage));
}
const total = (key: keyof Counts) => outcomes.reduce((sum, outcome) => sum + outcome[key], 0);
// Once more at the end, where whoever keeps but a piece of a long output finds them.
const failures = outcomes.flatMap(({ stage, failures }) => failures.map((one) => `${stage.title}: ${one}\n`));
console.log(`\n${summary(outcomes)}\n\n${failures.join("")}${total("passed")} passed, ${total("failed")} failed`);
process.exitCode = total("failed") > 0 ? 1 : 0;
