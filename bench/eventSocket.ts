// How many events a second go from an agent's process over the event socket into the collector's histograms. Each event
// is a line of its own; the producer waits when its queue fills, so none is folded and none is lost.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildClient } from "../scripts/buildClient.ts";
import { type BenchCollector, ours, readline, TOKEN } from "./support/collectors.ts";
import { interleave, spread } from "./support/stats.ts";
import { figure, machine, printTable } from "./support/table.ts";

const EVENTS = 600_000;
const WARM_UP = 100_000;
const TARGET = 300_000;

interface Round {
  eventsPerSecond: number;
  /** Microseconds of the collector's CPU for one event. */
  cpu: number;
}

const folder = await mkdtemp(join(tmpdir(), "av-bench-"));
await buildClient(folder);
const pinned = process.platform === "linux" && spawnSync("taskset", ["--version"]).status === 0;
if (pinned) spawnSync("taskset", ["-a", "-p", "-c", "0", String(process.pid)]);

const own = await ours(join(folder, "ours"));
const obvious = await readline(join(folder, "readline"));
const rounds = await interleave(
  {
    "client, event socket": () => round(own, "client"),
    "client, readline and JSON.parse": () => round(obvious, "client"),
    "a write per event, event socket": () => round(own, "naive"),
  },
  { rounds: 5, warmUp: 1 },
);
await Promise.all([own.close(), obvious.close()]);
await rm(folder, { recursive: true });

console.log(`${machine()}; producer and collector ${pinned ? "on a core each" : "not pinned"}; median (min to max)\n`);
const table = Object.entries(rounds).map(([name, results]) => {
  const cpu = figure(spread(results.map((result) => result.cpu)), 2);
  return [name, figure(spread(results.map((result) => result.eventsPerSecond))), cpu];
});
printTable(["from, into histograms by", "events/s", "collector, µs of CPU per event"], table);
const { median } = spread((rounds["client, event socket"] ?? []).map((result) => result.eventsPerSecond));
const verdict = median >= TARGET ? "met" : "missed";
console.log(
  `\n${EVENTS} events a round, none folded, none lost. Target ${TARGET.toLocaleString("en")} events/s: ${verdict}.`,
);
if (verdict === "missed") process.exitCode = 1;

/** One producer's life; the clock runs from the first measured event's arrival to the last one's. */
async function round(collector: BenchCollector, how: "client" | "naive"): Promise<Round> {
  let seen = 0;
  let started = 0;
  let took = 0;
  let cpuStarted = process.cpuUsage();
  let cpu = cpuStarted;
  collector.onResponse = ({ queryType }) => {
    if (queryType === "warm_up") return;
    if (seen++ === 0) {
      started = performance.now();
      cpuStarted = process.cpuUsage();
    } else if (seen === EVENTS) {
      took = performance.now() - started;
      cpu = process.cpuUsage(cpuStarted);
    }
  };
  const script = join(import.meta.dirname, "support", "producer.mjs");
  const args = [script, join(folder, "sdk", "index.mjs"), String(WARM_UP), String(EVENTS), how];
  const command = pinned ? ["taskset", "-c", "1", process.execPath] : [process.execPath];
  const env = { ...process.env, AGENT_VITALS_SOCKET: collector.path, AGENT_VITALS_TOKEN: TOKEN };
  const producer = spawn(command[0] ?? "", [...command.slice(1), ...args], { stdio: "inherit", env });
  const [code] = await once(producer, "exit");
  const deadline = performance.now() + 10_000;
  while (seen < EVENTS && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
  if (code !== 0 || seen !== EVENTS || collector.others > 0) {
    throw new Error(`Exit ${code}; ${seen} of ${EVENTS} events came, ${collector.others} were folded or dropped`);
  }
  return { eventsPerSecond: (EVENTS / took) * 1000, cpu: (cpu.user + cpu.system) / EVENTS };
}
