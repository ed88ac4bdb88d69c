// What it costs an agent that the lines which open its files and sockets are noted: throughput and p99 of an agent
// whose every request opens a file and a connection of its own, attached to and noted, beside the same agent attached to
// alone, in turns. The twin shows the noise. And what it takes to list nineteen thousand sockets.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { Agent, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { workspaceAddresses } from "../src/collector/addresses.ts";
import { connectCollector } from "../src/collector/client.ts";
import { Attach, Configure, GetOpenHandles, RecordHandles } from "../src/collector/protocol.ts";
import { interleave, spread } from "./support/stats.ts";
import { figure, machine, printTable } from "./support/table.ts";

const CONNECTIONS = 8;
const SECONDS = 3;
const ROUNDS = 9;
const WARM_UP = 1;
/** Both ends are the agent's, of which a machine often allows 20,000 descriptors. */
const SOCKETS = 9500;

const program = join(import.meta.dirname, "..", "dist", "collector.js");
if (!existsSync(program)) throw new Error("dist/collector.js is missing. Run: npm run build");

const root = mkdtempSync(join(tmpdir(), "av-handles-"));
process.env.XDG_RUNTIME_DIR = root;
process.env.XDG_STATE_HOME = join(root, "state");
mkdirSync(join(root, "folder"));

const started: ChildProcess[] = [];
async function start(): Promise<{ port: number; pid: number }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "support", "openingAgent.mjs")], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  started.push(child);
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  return { port: Number(port), pid: child.pid ?? 0 };
}

interface Round {
  perSecond: number;
  p99: number;
}

const ask = (port: number, path: string, agent: Agent) =>
  new Promise<void>((resolve, reject) => {
    get({ port, host: "127.0.0.1", agent, path }, (response) => {
      response.resume().on("end", resolve);
    }).on("error", reject);
  });

/** A closed loop: as many requests as the agent serves. */
async function load(port: number): Promise<Round> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const durations: number[] = [];
  const begun = performance.now();
  const end = begun + SECONDS * 1000;
  const worker = async () => {
    while (performance.now() < end) {
      const at = performance.now();
      await ask(port, "/open", agent);
      durations.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  agent.destroy();
  durations.sort((a, b) => a - b);
  const perSecond = durations.length / ((performance.now() - begun) / 1000);
  return { perSecond, p99: durations[Math.floor(durations.length * 0.99)] ?? Number.NaN };
}

const conditions = ["attached", "attached, its twin", "attached, openings noted"];
console.log(`Takes ${((ROUNDS + WARM_UP) * conditions.length * SECONDS) / 60 + 0.5} minutes. ${machine()}\n`);

const collector = await connectCollector({
  addresses: workspaceAddresses(join(root, "folder")),
  program,
  client: { version: "bench", kind: "cli", pid: process.pid },
});
const { rpc } = collector;

try {
  await rpc.sendRequest(Configure, { folders: [], samplingInterval: 1 });
  const agents = [await start(), await start(), await start()];
  const names: string[] = [];
  for (const { pid } of agents) {
    const { agent, message } = await rpc.sendRequest(Attach, { pid });
    if (message || agent === undefined) throw new Error(message);
    names.push(agent);
  }
  await rpc.sendRequest(RecordHandles, { agent: names[2] ?? "", seconds: 3600 });
  const candidates = Object.fromEntries(conditions.map((name, i) => [name, () => load(agents[i]?.port ?? 0)]));
  const rounds = await interleave(candidates, { rounds: ROUNDS, warmUp: WARM_UP });
  const ratios = (name: string, of: keyof Round) =>
    spread((rounds[name] ?? []).map((round, i) => round[of] / (rounds[conditions[0] ?? ""]?.[i]?.[of] ?? Number.NaN)));
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
  const { median } = ratios("attached, openings noted", "perSecond");
  const met = median >= 0.9;
  console.log(`\nTarget: throughput ≥ 0.9 where all the work is opening (median)${met ? ": met" : ": missed"}.`);
  if (!met) process.exitCode = 1;

  const one = new Agent();
  await ask(agents[2]?.port ?? 0, `/keep?${SOCKETS}`, one);
  const times: number[] = [];
  let count = 0;
  let located = 0;
  for (let i = 0; i < 5; i++) {
    const begun = performance.now();
    const { groups } = await rpc.sendRequest(GetOpenHandles, { agent: names[2] ?? "" });
    times.push(performance.now() - begun);
    count = groups.reduce((sum, group) => sum + group.count, 0);
    located = groups.reduce((sum, group) => sum + (group.location ? group.count : 0), 0);
  }
  console.log(
    `\nA list of ${count.toLocaleString("en")} descriptors, ${located.toLocaleString("en")} of them with their line: ${figure(spread(times))} ms.`,
  );
} finally {
  for (const child of started) child.kill();
  process.kill(collector.pid, "SIGTERM");
  await new Promise<void>((resolve) => collector.onClose(resolve));
  rmSync(root, { recursive: true, force: true, maxRetries: 3 });
}
