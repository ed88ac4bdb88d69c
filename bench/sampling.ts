// What one look at an agent's tree and at the machine costs, beside the usual libraries called in the obvious way.
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import pidusage from "pidusage";
import { currentLoad, fsStats, mem, networkStats } from "systeminformation";
import { LinuxTrees } from "../src/inputs/sampling/process/linuxTrees.ts";
import { linuxSystem } from "../src/inputs/sampling/system/linuxSystem.ts";
import { interleave, spread } from "./support/stats.ts";
import { figure, machine, printTable } from "./support/table.ts";

if (process.platform !== "linux") throw new Error("This bench reads /proc: it runs on Linux alone.");
const PROCESSES = 20;
const ROUNDS = 25;
console.log(`Takes about 90 s. ${machine()}\n`);

// A root with 19 children, each an idle Node process.
const program = `for (let i = 0; i < ${PROCESSES - 1}; i++) require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "ignore" }); setInterval(() => {}, 1e6); process.on("SIGTERM", () => { process.kill(0, "SIGKILL"); })`;
const root: ChildProcess = spawn(process.execPath, ["-e", program], { stdio: "ignore", detached: true });
await sleep(4000);

const trees = new LinuxTrees();
const system = linuxSystem({ storeFolder: "/tmp", onError: (error) => console.error(error.message) });
const pid = root.pid ?? 0;
const pids = (await pidsOf()) ?? [];

async function pidsOf(): Promise<number[] | undefined> {
  const reading = (await new LinuxTrees().read([pid])).get(pid);
  return typeof reading === "object" ? reading.rows.map((row) => row.pid) : undefined;
}

/** CPU of this process and of the children that it waited for, ms. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const children = childTime();
  await work();
  const after = process.resourceUsage();
  return (after.userCPUTime - userCPUTime + after.systemCPUTime - systemCPUTime) / 1000 + (childTime() - children);
}

function childTime(): number {
  const text = process.getBuiltinModule("fs").readFileSync("/proc/self/stat", "latin1");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

try {
  console.log(`${pids.length} processes in the tree.\n`);
  const candidates = {
    "tree: ours": () => cpuOf(() => trees.read([pid])),
    "tree: pidusage": () => cpuOf(() => pidusage(pids)),
    "machine: ours": () => cpuOf(() => system.read()),
    "machine: systeminformation": () => cpuOf(() => Promise.all([currentLoad(), mem(), fsStats(), networkStats()])),
  };
  const paced = Object.fromEntries(Object.entries(candidates).map(([name, run]) => [name, () => sleep(200).then(run)]));
  const results = await interleave(paced, { rounds: ROUNDS, warmUp: 5 });
  const rows = Object.entries(results).map(([name, all]) => [name, figure(spread(all), 2)]);
  const whole = (results["tree: ours"] ?? []).map((ms, i) => ms + (results["machine: ours"]?.[i] ?? 0));
  printTable(["one sample", "CPU, ms"], [...rows, ["tree and machine: ours", figure(spread(whole), 2)]]);

  const SECONDS = 20;
  const loop = await cpuOf(async () => {
    for (let i = 0; i < SECONDS; i++) {
      await Promise.all([trees.read([pid]), system.read()]);
      await sleep(1000);
    }
  });
  console.log(`\nAt 1 Hz for ${SECONDS} s: ${((loop / SECONDS / 1000) * 100).toFixed(2)} % of a core.`);
  const median = spread(whole).median;
  console.log(`Targets: 3 ms a sample, ${median <= 3 ? "met" : "missed"}; 1 % of a core.`);
  if (median > 3) process.exitCode = 1;
} finally {
  trees.dispose();
  system.dispose();
  process.kill(-pid, "SIGKILL");
}
