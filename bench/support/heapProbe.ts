/**
 * Runs inside the extension host: opens a heap file in the heap view, and writes for how long at most our own code held
 * the host at once, and how long the host was held at all, until the bench is done with the page.
 */
import { existsSync, renameSync, writeFileSync } from "node:fs";
import { type Profiler, Session } from "node:inspector/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { commands, Uri } from "vscode";

/** Milliseconds. */
const RESOLUTION = 1;
/** Between two samples of the profile, µs. */
const SAMPLING = 500;

export async function run(): Promise<void> {
  const { AGENT_VITALS_BENCH_FILE: file = "", AGENT_VITALS_BENCH_RESULT: result = "" } = process.env;
  const tell = (what: object) => {
    writeFileSync(`${result}.new`, JSON.stringify(what));
    renameSync(`${result}.new`, result);
  };
  // The window's own start would be measured with it.
  await sleep(8000);
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: SAMPLING });
  await session.post("Profiler.start");
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  delay.enable();
  const asked = Date.now();
  await commands.executeCommand("vscode.openWith", Uri.file(file), "agentVitals.heap");
  tell({ asked });
  while (!existsSync(`${result}.done`)) await sleep(100);
  delay.disable();
  const { profile } = await session.post("Profiler.stop");
  tell({ asked, ours: longestOfOurs(profile), host: Math.max(0, delay.max / 1e6 - RESOLUTION) });
}

/** The longest stretch of samples with a function of the extension on their stack, milliseconds. */
function longestOfOurs({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): number {
  const ours = new Set<number>();
  // A node comes before those that it calls.
  for (const { id, callFrame, children = [] } of nodes) {
    if (/\/ours\/dist\/extension\.js$/.test(callFrame.url)) ours.add(id);
    if (ours.has(id)) for (const child of children) ours.add(child);
  }
  let longest = 0;
  let stretch = 0;
  samples.forEach((sample, i) => {
    stretch = ours.has(sample) ? stretch + (timeDeltas[i] ?? 0) : 0;
    longest = Math.max(longest, stretch);
  });
  return longest / 1000;
}
