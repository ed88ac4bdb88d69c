// What being attached to costs an agent: throughput and p99 of one that is watched by inspector and probe and sampled
// at 1 Hz, beside the same agent left alone, in turns. The twin shows the noise. Once with a model that takes 50 ms, as
// agents have it at their fastest, and once with one that takes no time, where the calls themselves are all the work:
// that is the cost of the probe a call.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { Agent, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { workspaceAddresses } from "../src/collector/addresses.ts";
import { connectCollector } from "../src/collector/client.ts";
import { Attach, Configure, GetState } from "../src/collector/protocol.ts";
import { interleave, spread } from "./support/stats.ts";
import { figure, machine, printTable } from "./support/table.ts";

const CONNECTIONS = 8;
const SECONDS = 3;
const ROUNDS = 9;
const WARM_UP = 1;
const workloads = { "a model that takes 50 ms": 50, "a model that takes no time": 0 };

const program = join(import.meta.dirname, "..", "dist", "collector.js");
if (!existsSync(program)) throw new Error("dist/collector.js is missing. Run: npm run build");

const root = mkdtempSync(join(tmpdir(), "av-attached-"));
process.env.XDG_RUNTIME_DIR = root;
process.env.XDG_STATE_HOME = join(root, "state");
mkdirSync(join(root, "folder"));

const support = (name: string) => join(import.meta.dirname, "support", name);
const started: ChildProcess[] = [];
async function start(...args: string[]): Promise<{ port: number; pid: number }> {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  started.push(child);
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  return { port: Number(port), pid: child.pid ?? 0 };
}

interface Round {
  perSecond: number;
  p99: number;
}

/** A closed loop: as many requests as the agent serves. */
async function load(port: number): Promise<Round> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const durations: number[] = [];
  const begun = performance.now();
  const end = begun + SECONDS * 1000;
  const request = () =>
    new Promise<void>((resolve, reject) => {
      const at = performance.now();
      get({ port, host: "127.0.0.1", agent, path: "/question" }, (response) => {
        response.resume().on("end", () => {
          durations.push(performance.now() - at);
          resolve();
        });
      }).on("error", reject);
    });
  const worker = async () => {
    while (performance.now() < end) await request();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  agent.destroy();
  durations.sort((a, b) => a - b);
  const perSecond = durations.length / ((performance.now() - begun) / 1000);
  return { perSecond, p99: durations[Math.floor(durations.length * 0.99)] ?? Number.NaN };
}

const conditions = ["left alone", "left alone, its twin", "inspector open, nobody attached", "attached, probe, 1 Hz"];
const minutes = ((ROUNDS + WARM_UP) * conditions.length * SECONDS * Object.keys(workloads).length) / 60;
console.log(`Takes ${minutes} minutes. ${machine()}`);

const addresses = workspaceAddresses(join(root, "folder"));
const collector = await connectCollector({
  addresses,
  program,
  client: { version: "bench", kind: "cli", pid: process.pid },
});

/** @returns the attached agent's medians, relative to the agent left alone, over all rounds */
async function measure(wait: number): Promise<Round> {
  const { port: modelServer } = await start(support("quickModelServer.mjs"), String(wait));
  const agent = (...flags: string[]) =>
    start(...flags, support("attachedAgent.mjs"), `http://127.0.0.1:${modelServer}`);
  const agents = [await agent(), await agent(), await agent("--inspect=0"), await agent()];
  const { message } = await collector.rpc.sendRequest(Attach, { pid: agents[3]?.pid ?? 0 });
  if (message) throw new Error(message);
  const candidates = Object.fromEntries(conditions.map((name, i) => [name, () => load(agents[i]?.port ?? 0)]));
  const rounds = await interleave(candidates, { rounds: ROUNDS, warmUp: WARM_UP });
  const ratios = (name: string, of: keyof Round) =>
    spread((rounds[name] ?? []).map((round, i) => round[of] / (rounds["left alone"]?.[i]?.[of] ?? Number.NaN)));
  printTable(
    ["agent", "requests/s", "p99, ms", "throughput, ×", "p99, ×"],
    conditions.map((name) => [
      name,
      figure(spread((rounds[name] ?? []).map((r) => r.perSecond))),
      figure(spread((rounds[name] ?? []).map((r) => r.p99)), 1),
      figure(ratios(name, "perSecond"), 3),
      figure(ratios(name, "p99"), 3),
    ]),
  );
  for (const child of started.splice(0)) child.kill();
  const attached = "attached, probe, 1 Hz";
  return { perSecond: ratios(attached, "perSecond").median, p99: ratios(attached, "p99").median };
}

try {
  await collector.rpc.sendRequest(Configure, { folders: [], samplingInterval: 1 });
  for (const [name, wait] of Object.entries(workloads)) {
    console.log(`\nEvery request calls ${name}:\n`);
    const { perSecond, p99 } = await measure(wait);
    const met = perSecond >= 0.99 && p99 <= 1.05;
    const verdict = wait > 0 ? (met ? ": met" : ": missed") : met ? ", met here too" : ", not met here";
    console.log(`\nTarget: throughput ≥ 0.99, p99 ≤ 1.05 of the agent left alone (medians)${verdict}.`);
    if (wait > 0 && !met) process.exitCode = 1;
  }
  const state = await collector.rpc.sendRequest(GetState);
  const seen = state.agents.flatMap((a) => a.latency).reduce((sum, q) => sum + q.session.count, 0);
  console.log(`\nThe probe told of ${seen.toLocaleString("en")} model calls meanwhile.`);
} finally {
  for (const child of started) child.kill();
  process.kill(collector.pid, "SIGTERM");
  await new Promise<void>((resolve) => collector.onClose(resolve));
  rmSync(root, { recursive: true, force: true, maxRetries: 3 });
}
