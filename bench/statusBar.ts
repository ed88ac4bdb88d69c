// From an event in the agent to the words of the status item, under 1,000 events a second: a real client's process, the
// real collector, a window's connection, and what the window makes of each state. Beside it a window that asks for the
// state once a second, as dashboards that poll do.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { workspaceAddresses } from "../src/collector/addresses.ts";
import { connectCollector } from "../src/collector/client.ts";
import { clientEnvironment } from "../src/collector/environment.ts";
import { Configure, GetState, StateChanged } from "../src/collector/protocol.ts";
import { statusText } from "../src/editor/statusText.ts";
import type { WorkspaceState } from "../src/model/state.ts";
import { spread } from "./support/stats.ts";
import { figure, machine, printTable } from "./support/table.ts";

const PER_SECOND = 1000;
const ROUNDS = 5;
const SECONDS = 10;

const program = join(import.meta.dirname, "..", "dist", "collector.js");
if (!existsSync(program)) throw new Error("dist/collector.js is missing. Run: npm run build");
console.log(`Takes ${ROUNDS * (SECONDS + 2)} s. ${machine()}\n`);

const root = mkdtempSync(join(tmpdir(), "av-status-"));
process.env.XDG_RUNTIME_DIR = root;
process.env.XDG_STATE_HOME = join(root, "state");
mkdirSync(join(root, "folder"));
const addresses = workspaceAddresses(join(root, "folder"));
const collector = await connectCollector({
  addresses,
  program,
  client: { version: "bench", kind: "cli", pid: process.pid },
});

/** When each response ended (Unix ms), as the agent says, by its number; and when a window first knew of it. */
let ends: number[] = [];
class Window {
  #known = 0;
  #delays: number[] = [];

  take(state: WorkspaceState): void {
    statusText(state, { state: "connected", since: 0 }, undefined, Date.now() / 1000);
    const at = Date.now();
    // Responses are recorded in order: all that ended before the last one are in the figures of this state.
    const last = (state.agents[0]?.latency[0]?.lastTime ?? 0) * 1000 + 0.5;
    for (; (ends[this.#known] ?? Number.POSITIVE_INFINITY) <= last; this.#known++)
      this.#delays.push(at - (ends[this.#known] ?? at));
  }

  /** p50 and p99 since the last call, ms. */
  round(): { p50: number; p99: number } {
    const sorted = this.#delays.sort((a, b) => a - b);
    this.#delays = [];
    const at = (quantile: number) => sorted[Math.floor(sorted.length * quantile)] ?? Number.NaN;
    return { p50: at(0.5), p99: at(0.99) };
  }
}

const told = new Window();
const asking = new Window();
try {
  await collector.rpc.sendRequest(Configure, { folders: [] });
  collector.rpc.onNotification(StateChanged, (state) => told.take(state));
  const poll = setInterval(() => void collector.rpc.sendRequest(GetState).then((state) => asking.take(state)), 1000);
  const agent = spawn(
    process.execPath,
    [join(import.meta.dirname, "support", "pacedAgent.mjs"), String(PER_SECOND), String(ROUNDS * (SECONDS + 2))],
    { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ...clientEnvironment(addresses) } },
  );
  // The agent tells its clock ahead of the collector: lines of end times, some milliseconds' worth each.
  let rest = "";
  agent.stdout.setEncoding("utf8").on("data", (data: string) => {
    const lines = (rest + data).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) ends.push(Number(line));
  });
  const results: Record<string, { p50: number; p99: number }[]> = { told: [], asking: [] };
  for (let round = 0; round < ROUNDS; round++) {
    await sleep(2000);
    told.round();
    asking.round();
    await sleep(SECONDS * 1000);
    results.told?.push(told.round());
    results.asking?.push(asking.round());
  }
  clearInterval(poll);
  agent.kill();
  const row = (name: string, rounds: { p50: number; p99: number }[] = []) => [
    name,
    figure(spread(rounds.map((r) => r.p50))),
    figure(spread(rounds.map((r) => r.p99))),
  ];
  printTable(
    ["window", "p50, ms", "p99, ms"],
    [row("is told, at most five times a second", results.told), row("asks once a second", results.asking)],
  );
  const met = spread((results.told ?? []).map((r) => r.p99)).median < 250;
  console.log(`\n${ends.length.toLocaleString("en")} events. Target: p99 under 250 ms: ${met ? "met" : "missed"}.`);
  process.exitCode = met ? 0 : 1;
} finally {
  process.kill(collector.pid, "SIGTERM");
  await new Promise<void>((resolve) => collector.onClose(resolve));
  rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  ends = [];
}
