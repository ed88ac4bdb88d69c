// What being attached to costs an agent: throughput and p99 of one that is watched by inspector and probe and sampled
// at 1 Hz, beside the same agent left alone, in turns. The twin shows the noise.
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
const ROUNDS = 15;
const WARM_UP = 2;

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
console.log(`Takes ${((ROUNDS + WARM_UP) * conditions.length * SECONDS) / 60} minutes. ${machine()}\n`);

const addresses = workspaceAddresses(join(root, "folder"));
const collector = await connectCollector({
  addresses,
  program,
  client: { version: "bench", kind: "cli", pid: process.pid },
});
try {
  await collector.rpc.sendRequest(Configure, { folders: [], samplingInterval: 1 });
  const { port: modelServer } = await start(support("quickModelServer.mjs"));
  const agent = (...flags: string[]) =>
    start(...flags, support("attachedAgent.mjs"), `http://127.0.0.1:${modelServer}`);
  const [alone, twin, open, attached] = [await agent(), await agent(), await agent("--inspect=0"), await agent()];
  const { message } = await collector.rpc.sendRequest(Attach, { pid: attached.pid });
  if (message) throw new Error(message);

  const ports = [alone.port, twin.port, open.port, attached.port];
  const candidates = Object.fromEntries(conditions.map((name, i) => [name, () => load(ports[i] ?? 0)]));
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
  const state = await collector.rpc.sendRequest(GetState);
  const seen = state.agents.flatMap((a) => a.latency).reduce((sum, q) => sum + q.session.count, 0);
  const sent = "attached, probe, 1 Hz";
  const throughput = ratios(sent, "perSecond").median;
  const p99 = ratios(sent, "p99").median;
  console.log(`\nThe probe told of ${seen.toLocaleString("en")} model calls meanwhile.`);
  const met = throughput >= 0.99 && p99 <= 1.05 && seen > 0;
  console.log(`Target: throughput ≥ 0.99, p99 ≤ 1.05 of the agent left alone (medians): ${met ? "met" : "missed"}.`);
  process.exitCode = met ? 0 : 1;
} finally {
  for (const child of started) child.kill();
  process.kill(collector.pid, "SIGTERM");
  await new Promise<void>((resolve) => collector.onClose(resolve));
  rmSync(root, { recursive: true, force: true, maxRetries: 3 });
}
