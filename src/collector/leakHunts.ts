import { renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { AttachedInspector, AttachedWorker } from "../inputs/inspector/attached.ts";
import { estimateHeapSnapshot } from "../inputs/inspector/heapSnapshot.ts";
import { poll } from "../inputs/inspector/patience.ts";
import { NoAnswer } from "../inputs/inspector/session.ts";
import { freeSpace, PART } from "../inputs/inspector/snapshotFile.ts";
import { explainAllocations } from "../judges/leaks/explain/explainAllocations.ts";
import type { ExplainOptions } from "../judges/leaks/explain/explainGrowth.ts";
import { huntLeaks } from "../judges/leaks/hunt.ts";
import type { PythonExplainOptions } from "../judges/leaks/python/explainPython.ts";
import { isHeap, workerOf } from "../judges/leaks/resources.ts";
import { formatBytes } from "../model/format.ts";
import type { LeakHuntProgress, LeakHuntState, LeakReport, LeakReported, LeakSuspect } from "../model/leaks.ts";
import { type Identify, isAlive } from "../model/process.ts";
import { runsPython } from "../model/runtime.ts";
import { pauseText } from "../model/snapshotCost.ts";
import type { RunState } from "../model/state.ts";
import type { Agent } from "./agent.ts";
import { turnsForDescriptors, withDescriptors } from "./descriptorSuspects.ts";
import type { HeapSnapshots } from "./heapSnapshots.ts";
import { huntedAgent } from "./huntedAgent.ts";
import { huntedPython } from "./huntedPython.ts";
import { othersTurns, requestTurns } from "./huntTurns.ts";
import { HuntUnderWay } from "./huntUnderWay.ts";
import type { Inspected } from "./inspected.ts";
import type { OpenHandleLists } from "./openHandleLists.ts";
import type { HuntLeaksParams } from "./protocol.ts";
import type { FindPython, PythonClient } from "./pythonClient.ts";
import { watchForDebugger } from "./watchForDebugger.ts";

export interface LeakHuntsOptions {
  snapshots: HeapSnapshots;
  inspected: Inspected;
  handles: Pick<OpenHandleLists, "openedDuring">;
  findPython: FindPython;
  /** The worker's program. */
  program: string;
  identify: Identify;
  /** Unix seconds. */
  now: () => number;
  /** A hunt began, went on or ended in this agent. */
  onChange: (agent: Agent) => void;
  /** It ended with a report. */
  onReport: (agent: Agent, reported: LeakReported) => void;
}

export interface HuntParams extends Omit<HuntLeaksParams, "agent" | "id"> {
  by: LeakHuntState["by"];
  onProgress: (progress: LeakHuntProgress) => void;
  signal: AbortSignal;
}

/** Seconds in which a process that was killed is seen to be gone. */
const DYING = 0.5;
/** Readings' times in which others make turns while it is noted what they open. */
const WAITS = 4;
/** Seconds that a worker gets to end: one that waits for a file system that hangs can't be ended. */
const ENDING = 2;

export const huntCancelled = () => new Error("The leak hunt was cancelled; the agent has its speed back.");

/** Leak hunts in agents: one at a time in each. */
export class LeakHunts {
  readonly #options: LeakHuntsOptions;
  readonly #underWay = new Map<Agent, HuntUnderWay>();
  /** The last one in each agent, by its name. */
  readonly reports = new Map<string, LeakReported>();

  constructor(options: LeakHuntsOptions) {
    this.#options = options;
  }

  /** The hunt that is under way in an agent. */
  state(agent: Agent): LeakHuntState | undefined {
    return this.#underWay.get(agent)?.state;
  }

  /** @throws when it can't be done, is cancelled, or its agent ends meanwhile; the snapshots are removed then */
  async hunt(agent: Agent, params: HuntParams): Promise<LeakReported> {
    if (this.#underWay.has(agent))
      throw new Error(`A leak hunt is under way in ${agent.name} already: wait for it, or cancel it.`);
    const { now, onChange, onReport } = this.#options;
    const [run] = agent.living;
    const begin = { ...params, ...(run && runsPython(run) && { runtime: "python" as const }) };
    const underWay = new HuntUnderWay(begin, now, () => onChange(agent));
    this.#underWay.set(agent, underWay);
    onChange(agent);
    try {
      const report = await this.#hunt(agent, {
        ...params,
        signal: AbortSignal.any([params.signal, underWay.signal]),
        onProgress: (progress) => {
          underWay.tell(progress);
          params.onProgress(progress);
        },
      });
      const reported = { agent: agent.name, time: now(), report };
      this.reports.set(agent.name, reported);
      onReport(agent, reported);
      return reported;
    } finally {
      this.#underWay.delete(agent);
      onChange(agent);
    }
  }

  /** Whoever began it. @throws when there is none */
  cancel(agent: Agent): void {
    const underWay = this.#underWay.get(agent);
    if (!underWay) throw new Error(`No leak hunt is under way in ${agent.name}.`);
    underWay.cancel(huntCancelled());
  }

  async #hunt(agent: Agent, params: HuntParams): Promise<LeakReport> {
    const { inspected, findPython, identify, now } = this.#options;
    const python = await findPython(agent, params.signal);
    const node = python ? undefined : await inspected(agent);
    const pid = python?.client.hello.pid ?? node?.run.pid ?? 0;
    const identity = identify(pid);
    const begun = now();
    const stop = () => this.#underWay.get(agent)?.cancel(stoppedInDebugger(agent));
    const unwatch = node && watchForDebugger(node.inspector, stop);
    try {
      if (python) {
        this.#underWay.get(agent)?.inPython();
        return await this.#huntInPython(agent, python, params);
      }
      if (!node) throw new Error(`${agent.name} does not run: start it first.`);
      const { run, inspector } = node;
      const report = await this.#findOpenings(
        agent,
        run,
        inspector,
        params,
        await this.#huntIn(agent, run, inspector, params),
      );
      // A thread's heap is its own: that one grows is known now, and what grows there is not.
      const growing = report.verdict === "leak" && leaksIn(report, 0) ? undefined : growingWorker(report);
      const thread = inspector.workers.find((worker) => worker.thread === growing);
      if (!thread) return report;
      const inside = await this.#huntIn(agent, run, inspector, params, thread);
      return inside.verdict === "leak" ? inside : report;
    } catch (error) {
      params.signal.throwIfAborted();
      const ended = identity && (await poll(DYING, () => !isAlive(identity, identify) || undefined));
      if (ended) throw new Error(`${agent.name} ended in the middle of the leak hunt: start it again, and hunt anew.`);
      if (!(error instanceof NoAnswer)) throw error;
      throw new Error(
        `${agent.name} does not answer (${error.message}) It is stopped, or busy in one long synchronous call: the hunt was given up, hunt again when it goes on.`,
      );
    } finally {
      unwatch?.();
      agent.record.mark({ time: begun, endTime: now(), kind: "change", label: "Leak hunt" });
    }
  }

  /** Where descriptors grow and no object on the heap tells why, some turns more tell the lines that open them. */
  async #findOpenings(
    agent: Agent,
    run: RunState,
    inspector: AttachedInspector,
    params: HuntParams,
    report: LeakReport,
  ): Promise<LeakReport> {
    const count = turnsForDescriptors(report, params.turns);
    if (count === undefined) return report;
    const turns = turnsFor(agent, params);
    let done = 0;
    const act = async () => {
      // Those that others make come a reading's time apart.
      for (let i = 0; i < (params.action ? 1 : WAITS); i++) done += await turns(count);
      params.onProgress({ step: "reading", share: 0.99, turns: report.turns + done });
    };
    try {
      const groups = await this.#options.handles.openedDuring(run, inspector, act);
      return withDescriptors({ ...report, turns: report.turns + done }, groups, done);
    } catch {
      // What was found stands without its line, also when the agent has ended meanwhile.
      params.signal.throwIfAborted();
      return report;
    }
  }

  async #huntInPython(agent: Agent, { run, client }: PythonClient, params: HuntParams): Promise<LeakReport> {
    if (params.exact)
      throw new Error(`${agent.name} is a Python program, whose lines are exact anyway: hunt without --exact.`);
    const { snapshots: trace, signal } = params;
    const python = huntedPython(client, { trace, signal });
    const report = await huntLeaks({
      ...this.#course(agent, params),
      agent: this.#underWay.get(agent)?.watch(python) ?? python,
      // By number: what its client notes lies in no file.
      snapshots: ["1", "2", "3"],
      explain: (turns) => this.#explain({ growth: python.growth(), turns, startTime: run.startTime }, signal),
    });
    // What was made before it was traced is not known to be freed: lines alone are no proof.
    const proven = report.verdict === "leak" ? () => true : ({ rule }: LeakSuspect) => rule !== "allocation";
    return { ...report, suspects: report.suspects.filter(proven), snapshots: [], runtime: "python" };
  }

  /** What all hunts have in common. */
  #course(agent: Agent, params: HuntParams) {
    return {
      turns: turnsFor(agent, params),
      turnCount: params.turns,
      exact: params.exact === true,
      duration: params.duration,
      onProgress: params.onProgress,
      signal: params.signal,
      now: () => performance.now() / 1000,
    };
  }

  async #huntIn(
    agent: Agent,
    run: RunState,
    inspector: AttachedInspector,
    params: HuntParams,
    thread?: AttachedWorker,
  ): Promise<LeakReport> {
    const { snapshots } = this.#options;
    const target = huntedAgent(inspector, run.pid, params.signal, thread);
    const hunted = this.#underWay.get(agent)?.watch(target) ?? target;
    const hunt = (more: Pick<Parameters<typeof huntLeaks>[0], "explain" | "snapshots">) =>
      huntLeaks({
        ...this.#course(agent, params),
        agent: hunted,
        ...more,
      });
    if (!params.snapshots)
      return hunt({ explain: async (_, profile) => (profile ? explainAllocations(profile, run.startTime) : []) });
    return snapshots.writing(agent, run, 3, async (names) => {
      const [first = "", second = "", last = ""] = names.map((name) => `${name}${PART}`);
      // As parts, which the next collector removes when this one is killed.
      const files = [first, second, last] as const;
      try {
        await checkCost(agent, thread ?? inspector, params, dirname(first));
        const report = await hunt({
          snapshots: files,
          explain: (turns, profile) =>
            this.#explain({ snapshots: files, profile, turns, startTime: run.startTime }, params.signal),
        });
        // Of what leaks nothing, few ask what holds it.
        if (!params.keep || (params.keep === "findings" && report.verdict === "no-leak"))
          return { ...report, snapshots: [] };
        for (const file of names) {
          renameSync(`${file}${PART}`, file);
          snapshots.keep(run, { file, size: statSync(file).size });
        }
        return { ...report, snapshots: names };
      } finally {
        for (const file of files) rmSync(file, { force: true });
      }
    });
  }

  async #explain(options: ExplainOptions | PythonExplainOptions, signal: AbortSignal): Promise<LeakSuspect[]> {
    const worker = new Worker(this.#options.program, { workerData: options, name: "leaks" });
    const { promise, resolve, reject } = Promise.withResolvers<LeakSuspect[]>();
    const cancel = () => reject(signal.reason);
    signal.addEventListener("abort", cancel);
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("What grew could not be explained: memory may not have sufficed.")));
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", cancel);
      await Promise.race([worker.terminate(), sleep(ENDING * 1000, undefined, { ref: false })]);
    }
  }
}

const turnsFor = (agent: Agent, { action, duration, signal }: HuntParams) =>
  action ? requestTurns(action, signal) : othersTurns(agent, duration, signal);

const stoppedInDebugger = (agent: Agent) =>
  new Error(
    `${agent.name} is stopped in a debugger, so its turns never end: the hunt was given up. Let it go on, and hunt again.`,
  );

/** @throws when snapshots would cost more than is allowed, or there is no room for them */
async function checkCost(
  agent: Agent,
  target: Parameters<typeof estimateHeapSnapshot>[0],
  { longestPause }: HuntParams,
  folder: string,
): Promise<void> {
  const { heap, pause, fileSize } = await estimateHeapSnapshot(target);
  if (pause.to > longestPause)
    throw new Error(
      `${agent.name} would pause three times for ${pauseText(pause)}, its heap holds ${formatBytes(heap)}: allow it (--longest ${Math.ceil(pause.to)}), or hunt without snapshots.`,
    );
  const free = await freeSpace(folder);
  if (free < 3 * fileSize)
    throw new Error(
      `Three heap snapshots need up to ${formatBytes(3 * fileSize)}, and ${folder} has room for ${formatBytes(free)}: make room, or hunt without snapshots.`,
    );
}

/** Bytes a turn: less is a worker's own warming up. */
const WORTH_A_LOOK = 32;

/** Whether the heap of a thread leaks; 0 is the main one. */
function leaksIn({ resources }: LeakReport, thread: number): boolean {
  return resources.some(({ name, verdict }) => verdict === "leak" && isHeap(name) && workerOf(name) === thread);
}

/** The worker thread whose heap grows most, if one does. */
function growingWorker({ resources }: LeakReport): number | undefined {
  const [most] = resources
    .filter(({ name, growthPerTurn }) => isHeap(name) && workerOf(name) > 0 && (growthPerTurn ?? 0) >= WORTH_A_LOOK)
    .sort((a, b) => (b.growthPerTurn ?? 0) - (a.growthPerTurn ?? 0));
  return most && workerOf(most.name);
}
