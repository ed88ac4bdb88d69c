import { commOf, openFilesLimit } from "../inputs/sampling/process/openFilesLimit.ts";
import { HEAP } from "../judges/leaks/resources.ts";
import { heldOnGpu } from "../judges/leaks/watch/heldOnGpu.ts";
import { heldResource } from "../judges/leaks/watch/heldResources.ts";
import { limitOf, type Room } from "../judges/leaks/watch/limits.ts";
import { type Settled, watchRun } from "../judges/leaks/watch/watchRun.ts";
import type { LeakReported, LeakWatch } from "../model/leaks.ts";
import type { ModelServerState } from "../model/modelServers.ts";
import type { RunState } from "../model/state.ts";
import { RecentHeld } from "../record/recentHeld.ts";
import type { Agent } from "./agent.ts";
import type { Hub } from "./hub.ts";
import type { Logger } from "./log.ts";
import type { LeakSettings } from "./protocol.ts";

/** A verdict that stands so many times in a row is believed. */
const BELIEVED = 3;
/** Seconds that GPU memory is held before it is told of: a model is just being unloaded. */
const HELD_FOR = 60;

export interface LeakWatcherOptions {
  hub: Hub;
  modelServers: () => readonly ModelServerState[];
  /** Unix seconds. */
  now: () => number;
  /** Seconds of a clock that nobody sets. */
  clock: () => number;
  log: Logger;
  onChange: (agent: Agent) => void;
  /** It is sure that something grows: of a leak, or of what only a collection could tell from one. */
  onSure: (agent: Agent, watch: LeakWatch) => void;
}

/** What is known of a run. */
interface Watched {
  run: RunState;
  watch?: LeakWatch;
  /** By our clock, when it is judged again. */
  due: number;
  /** How often in a row it was judged to leak, and to grow at all. */
  leaks: number;
  grows: number;
  told: boolean;
  settled: Map<string, Settled>;
  /** Since when GPU memory is held, by its key, by our clock. */
  held: Map<string, { since: number; time: number }>;
}

/** Judges each agent's living run from time to time by what it holds, at no cost to the agent. */
export class LeakWatcher {
  readonly #options: LeakWatcherOptions;
  readonly recent: RecentHeld;
  readonly #watched = new Map<Agent, Watched>();
  #settings: LeakSettings | undefined;
  #busy = false;

  constructor(options: LeakWatcherOptions) {
    const { hub, now, clock } = options;
    this.#options = options;
    this.recent = new RecentHeld({
      now,
      clock,
      workOf: (name) => {
        const record = hub.agent(name)?.record;
        return { turns: record?.turns ?? 0, responses: record?.responses ?? 0 };
      },
    });
  }

  configure(settings: LeakSettings): void {
    this.#settings = settings;
    this.recent.window = settings.window;
    if (settings.enabled) return;
    for (const agent of this.#watched.keys()) this.#forget(agent);
  }

  of(agent: Agent): LeakWatch | undefined {
    return this.#watched.get(agent)?.watch;
  }

  /** A hunt in this agent has ended: it collected garbage, and knows what only that could tell. */
  reported(agent: Agent, { report, time }: LeakReported): void {
    const watched = this.#watched.get(agent);
    if (!watched) return;
    for (const { name, verdict, confidence } of report.resources)
      if (verdict === "leak" || verdict === "no-leak") watched.settled.set(name, { verdict, confidence, time });
    // What is held in one place more and more is the heap's, also where its trend is not plain yet.
    if (report.verdict === "leak" && watched.settled.get(HEAP)?.verdict !== "leak" && report.suspects.length > 0)
      watched.settled.set(HEAP, { verdict: "leak", confidence: report.confidence, time });
    watched.leaks = BELIEVED - 1;
    watched.due = 0;
  }

  /** Once a second. */
  tick(): void {
    const { hub, clock } = this.#options;
    const settings = this.#settings;
    if (!settings?.enabled) return;
    for (const agent of hub.agents()) {
      const [run] = agent.living;
      const known = this.#watched.get(agent);
      if (known && known.run !== run) this.#forget(agent);
      if (!run || known?.run === run) continue;
      const due = clock() + settings.interval;
      this.#watched.set(agent, { run, due, leaks: 0, grows: 0, told: false, settled: new Map(), held: new Map() });
    }
    for (const agent of this.#watched.keys()) if (!hub.agents().includes(agent)) this.#watched.delete(agent);
    if (this.#busy) return;
    const next = [...this.#watched].find(([agent, { due }]) => due <= clock() && !agent.hunting);
    if (!next) return;
    this.#busy = true;
    this.#judge(...next, settings)
      .catch((error: Error) =>
        this.#options.log("warning", `${next[0].name} can't be watched for leaks: ${error.message}`),
      )
      .finally(() => {
        this.#busy = false;
      });
  }

  async #judge(agent: Agent, watched: Watched, settings: LeakSettings): Promise<void> {
    const { now, clock, onChange, onSure } = this.#options;
    watched.due = clock() + settings.interval;
    const held = this.recent.of(agent.name);
    if (!held) return;
    const room = this.#roomOf(agent, watched.run);
    const watch = await watchRun(
      {
        held: { ...held, runId: watched.run.id },
        now: now(),
        window: settings.window,
        thresholds: { evidence: settings.evidence, leastGrowth: settings.leastGrowth },
        collects: collectsGarbage(agent, watched.run),
        limitOf: (series, level) => limitOf(series, level, room),
        settled: watched.settled,
      },
      () => new Promise((resolve) => setImmediate(resolve)),
    );
    if (this.#watched.get(agent) !== watched || agent.hunting) return;
    watched.watch = { ...watch, held: this.#heldOnGpu(agent, watched) };
    const [worst] = watch.resources;
    const unsettled = watch.verdict === "inconclusive" && worst?.unsettled === true;
    watched.leaks = watch.verdict === "leak" ? watched.leaks + 1 : 0;
    watched.grows = watch.verdict === "leak" || unsettled ? watched.grows + 1 : 0;
    agent.leak = {
      ...shortly(watch),
      verdict: watched.leaks >= BELIEVED || watch.verdict !== "leak" ? watch.verdict : "inconclusive",
    };
    if (watched.leaks >= BELIEVED && !watched.told) {
      watched.told = true;
      agent.record.mark({ time: now(), kind: "leak", label: watch.summary });
      this.#options.log("warning", `${agent.name}: ${watch.summary}`);
    }
    onChange(agent);
    if (watched.grows >= BELIEVED) onSure(agent, watched.watch);
  }

  #forget(agent: Agent): void {
    this.#watched.delete(agent);
    agent.leak = undefined;
    this.#options.onChange(agent);
  }

  #roomOf(agent: Agent, run: RunState): Room {
    const { system, gpu } = this.#options.hub.machine;
    const heapLimit = agent.record.lastHeap()?.limit;
    // Each process has a limit of its own: the one that has most open comes to it first.
    const most = agent.tree.reduce(
      (max, row) => ((row.fileDescriptors ?? 0) > (max?.fileDescriptors ?? 0) ? row : max),
      agent.tree[0],
    );
    const limit = run.pid > 0 ? openFilesLimit(most?.pid ?? run.pid) : undefined;
    return {
      ...(heapLimit !== undefined && { heapLimit }),
      ...(system && { memory: { available: system.memory.available, limited: system.memory.limited === true } }),
      ...(limit !== undefined && { descriptors: { limit, left: limit - (most?.fileDescriptors ?? 0) } }),
      gpus: (gpu?.gpus ?? []).flatMap(({ id, name, memoryTotal, memoryUsed }) =>
        memoryTotal === undefined || memoryUsed === undefined ? [] : [{ id, name, free: memoryTotal - memoryUsed }],
      ),
    };
  }

  #heldOnGpu(agent: Agent, { held }: Watched): LeakWatch["held"] {
    const { hub, modelServers, now, clock } = this.#options;
    const found = heldOnGpu({
      gpus: hub.machine.gpu?.gpus ?? [],
      agent: agent.name,
      pids: new Set(agent.pids),
      servers: modelServers(),
      programOf: commOf,
    });
    for (const key of held.keys()) if (!found.some((one) => one.key === key)) held.delete(key);
    return found.flatMap(({ key, gpu, bytes, message }) => {
      const since = held.get(key) ?? { since: clock(), time: now() };
      held.set(key, since);
      return clock() - since.since < HELD_FOR ? [] : [{ gpu, bytes, since: since.time, message }];
    });
  }
}

const shortly = ({ verdict, confidence, severity, summary, resources: [worst] }: LeakWatch) => ({
  verdict,
  confidence,
  summary,
  ...(severity && { severity }),
  ...(verdict === "leak" && worst && { what: heldResource(worst.name).short }),
  ...(verdict === "leak" && worst?.exhaustedIn && { exhaustedIn: worst.exhaustedIn.value }),
});

/** Programs whose memory comes back only when a collector runs; Python counts references. */
const COLLECTING = /^(node|bun|deno|electron|java|dotnet|ruby|php)\b/i;

function collectsGarbage(agent: Agent, { runtime }: RunState): boolean {
  return COLLECTING.test(runtime ?? agent.tree[0]?.name ?? "");
}
