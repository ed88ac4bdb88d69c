import { formatAge } from "../model/format.ts";
import type { LeakWatch } from "../model/leaks.ts";
import { snapshotCost } from "../model/snapshotCost.ts";
import type { RunState } from "../model/state.ts";
import type { Agent } from "./agent.ts";
import type { LeakHunts } from "./leakHunts.ts";
import type { Logger } from "./log.ts";
import type { LeakSettings } from "./protocol.ts";

/** Turns that come by themselves within so many seconds; V8's sampling profiler is on meanwhile. */
const TURNS = 1000;
const DURATION = 120;
/** The longest pause (s) of an agent that nobody asked for: of a snapshot, and of one of the hunt's collections. */
const LONGEST_SNAPSHOT = 5;
const LONGEST_COLLECTION = 0.25;
/** Bytes of heap that V8 marks and sweeps in a second, on a slow core. */
const COLLECTED_A_SECOND = 1e9;

export interface AutomaticHuntsOptions {
  hunts: LeakHunts;
  /** Somebody measures it: a hunt would bend his figures. */
  isMeasured: (agent: Agent) => boolean;
  log: Logger;
}

/** Hunts that nobody asked for: once a run, when the watcher is sure, and never at a price that a user would notice. */
export class AutomaticHunts {
  readonly #options: AutomaticHuntsOptions;
  /** Runs that were hunted in, by us or by somebody. */
  readonly #hunted = new WeakSet<RunState>();
  mode: LeakSettings["autoHunt"] = "never";

  constructor(options: AutomaticHuntsOptions) {
    this.#options = options;
  }

  /** Somebody hunts in it, or we do: what it leaks is looked into. */
  hunted(agent: Agent): void {
    for (const run of agent.living) this.#hunted.add(run);
  }

  /** Begins a hunt where one may be begun; how it ends all windows are told. */
  consider(agent: Agent, { resources }: LeakWatch): void {
    const { hunts, isMeasured, log } = this.#options;
    const [run] = agent.living;
    const { inspector } = agent;
    if (this.mode === "never" || !run || this.#hunted.has(run) || isMeasured(agent)) return;
    // Of what no heap holds, a look into the heap tells nothing.
    const inHeap = resources.some(
      ({ name, verdict, unsettled }) => name.includes("v8js.memory.") && (verdict === "leak" || unsettled),
    );
    if (!inHeap || inspector?.state !== "attached" || inspector.debugger) return;
    const heap = agent.record.lastHeap()?.used ?? Infinity;
    if (heap / COLLECTED_A_SECOND > LONGEST_COLLECTION) return;
    const snapshots = this.mode === "always" && snapshotCost(heap).pause.to <= LONGEST_SNAPSHOT;
    log(
      "info",
      `${agent.name}: something grows, a leak hunt looks for it (${formatAge(DURATION)}, ${snapshots ? "three snapshots" : "no snapshot"}).`,
    );
    hunts
      .hunt(agent, {
        by: "watcher",
        turns: TURNS,
        duration: DURATION,
        snapshots,
        longestPause: LONGEST_SNAPSHOT,
        keep: "findings",
        onProgress: () => {},
        signal: new AbortController().signal,
      })
      .then(
        ({ report }) => log("info", `${agent.name}: the leak hunt says ${report.verdict}. ${report.summary}`),
        (error: Error) => log("info", `${agent.name}: the leak hunt came to nothing. ${error.message}`),
      );
  }
}
