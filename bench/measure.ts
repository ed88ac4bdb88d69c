// What measure() costs an agent: per call, connected and without a collector, beside the bare call and Node's own timer.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHistogram, performance } from "node:perf_hooks";
import { buildClient } from "../scripts/buildClient.ts";
import type { createMonitor as CreateMonitor } from "../src/sdk/api.ts";
import { TOKEN } from "./support/collectors.ts";
import { interleave, spread } from "./support/stats.ts";
import { figure, machine, printTable } from "./support/table.ts";

/** Connected calls between two flushes: their 50 KB fit into the socket, so the clock never runs for the collector. */
const BURST = 500;
const BURSTS = 40;
const LOOP = 1_000_000;
const CONNECTED_TARGET = 2000;
const IDLE_TARGET = 50;

const folder = await mkdtemp(join(tmpdir(), "av-bench-"));
await buildClient(folder);
const { createMonitor } = (await import(join(folder, "sdk", "index.mjs"))) as { createMonitor: typeof CreateMonitor };
const path = join(folder, "sock");
const collector = spawn(process.execPath, [join(import.meta.dirname, "support", "serve.ts"), path], {
  stdio: ["ignore", "inherit", "inherit", "ipc"],
});
await once(collector, "message");

let work = 0;
const call = () => ++work;
const connected = createMonitor({ socket: path, token: TOKEN, agent: "bench" });
const idle = createMonitor({ socket: "" });
const timerified = performance.timerify(call, { histogram: createHistogram() });

const results = await interleave(
  {
    "bare call": () => loop(LOOP, call),
    "measure(), no collector": () => loop(LOOP, () => idle.measure("talker", call)),
    "measure(), connected": () => bursts(false),
    "measure(), connected, with sending": () => bursts(true),
    "performance.timerify, kept in the process": () => loop(LOOP / 10, timerified),
  },
  { rounds: 15, warmUp: 3 },
);
if (connected.logPerformanceMetrics().responses.talker?.count !== 2 * 18 * BURST * BURSTS) {
  throw new Error("Not every call was counted");
}
await connected.close();
collector.kill();
await rm(folder, { recursive: true });

console.log(`${machine()}; median (min to max)\n`);
const rows = Object.entries(results).map(([name, nanoseconds]) => [name, figure(spread(nanoseconds), 1)]);
printTable(["", "ns per call"], rows);
console.log();
judge("connected, with sending", "measure(), connected, with sending", CONNECTED_TARGET);
judge("no collector", "measure(), no collector", IDLE_TARGET);

function judge(what: string, name: string, target: number): void {
  const met = spread(results[name] ?? []).median < target;
  console.log(`Target ${what} under ${target} ns: ${met ? "met" : "missed"}.`);
  if (!met) process.exitCode = 1;
}

/** Nanoseconds per call. */
function loop(count: number, fn: () => unknown): number {
  const started = performance.now();
  for (let i = 0; i < count; i++) fn();
  return ((performance.now() - started) / count) * 1e6;
}

/** Nanoseconds per connected call, its share of the sending included or not. */
async function bursts(withSending: boolean): Promise<number> {
  let took = 0;
  for (let burst = 0; burst < BURSTS; burst++) {
    const started = performance.now();
    for (let i = 0; i < BURST; i++) connected.measure("talker", call);
    const measured = performance.now();
    await connected.flush();
    took += (withSending ? performance.now() : measured) - started;
  }
  return (took / BURSTS / BURST) * 1e6;
}
