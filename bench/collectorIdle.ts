// What an idle collector costs: CPU of a core and memory, beside a Node process that does nothing, in the same seconds.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { workspaceAddresses } from "../src/collector/addresses.ts";
import { connectCollector } from "../src/collector/client.ts";
import { Configure, StartAgent } from "../src/collector/protocol.ts";
import { spread } from "./support/stats.ts";
import { figure, machine, printTable } from "./support/table.ts";

const SETTLE = 10;
const PERIODS = 6;
const PERIOD = 5;
const MIB = 2 ** 20;

const program = join(import.meta.dirname, "..", "dist", "collector.js");
if (!existsSync(program)) throw new Error("dist/collector.js is missing. Run: npm run build");
if (process.platform !== "linux") throw new Error("This bench reads /proc: it runs on Linux alone.");
console.log(`Takes ${2 * (SETTLE + PERIODS * PERIOD)} s. ${machine()}\n`);

const root = mkdtempSync(join(tmpdir(), "av-idle-"));
process.env.XDG_RUNTIME_DIR = root;
process.env.XDG_STATE_HOME = join(root, "state");
mkdirSync(join(root, "folder", ".vscode"), { recursive: true });
const idle = { name: "idle", command: process.execPath, args: ["-e", "setInterval(() => {}, 1e6)"] };
writeFileSync(join(root, "folder", ".vscode", "agent-vitals.json"), JSON.stringify({ version: 1, agents: [idle] }));

const collector = await connectCollector({
  addresses: workspaceAddresses(join(root, "folder")),
  program,
  client: { version: "bench", kind: "cli", pid: process.pid },
});
const folders = [join(root, "folder")];
const settings = { folders, samplingInterval: 1, thresholds: {}, keepAgents: false, trusted: true };
await collector.rpc.sendRequest(Configure, settings);
const peer: ChildProcess = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "ignore" });
const watched = { "the collector": collector.pid, "a Node process that does nothing": peer.pid ?? 0 };

try {
  const rows = [...(await measure("no agent"))];
  await collector.rpc.sendRequest(StartAgent, { agent: "idle" });
  rows.push(...(await measure("one idle agent, sampled at 1 Hz")));
  printTable(["process", "while watching", "CPU, % of a core", "RSS, MiB", "PSS, MiB"], rows);
  console.log("\nTarget for the idle collector: under 1 % of a core and 80 MB (76.3 MiB).");
} finally {
  peer.kill();
  process.kill(collector.pid, "SIGTERM");
  await new Promise<void>((resolve) => collector.onClose(resolve));
  await sleep(500);
  rmSync(root, { recursive: true, force: true });
}

async function measure(what: string): Promise<string[][]> {
  await sleep(SETTLE * 1000);
  const cpu: Record<string, number[]> = {};
  for (let i = 0; i < PERIODS; i++) {
    const before = Object.entries(watched).map(([name, pid]) => ({ name, pid, seconds: cpuSeconds(pid) }));
    await sleep(PERIOD * 1000);
    for (const { name, pid, seconds } of before) {
      cpu[name] ??= [];
      cpu[name].push(((cpuSeconds(pid) - seconds) / PERIOD) * 100);
    }
  }
  return Object.entries(watched).map(([name, pid]) => {
    const { rss, pss } = memory(pid);
    return [name, what, figure(spread(cpu[name] ?? []), 2), (rss / MIB).toFixed(1), (pss / MIB).toFixed(1)];
  });
}

/** User and system time, in ticks of 10 ms. */
function cpuSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function memory(pid: number): { rss: number; pss: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const read = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(text)?.[1]) * 1024;
  return { rss: read("Rss"), pss: read("Pss") };
}
