import type { AttachedWorker } from "../inputs/inspector/attached.ts";
import { poll } from "../inputs/inspector/patience.ts";
import { processMemory } from "../inputs/sampling/process/processMemory.ts";
import { type HeapSummary, type HeapThread, nativeMemory } from "../model/heapSummary.ts";
import type { ProbeRuntime } from "../model/probe.ts";
import { runsPython } from "../model/runtime.ts";
import type { RunState } from "../model/state.ts";
import type { Agent } from "./agent.ts";
import type { Inspected } from "./inspected.ts";

/** Seconds in which the probe of a thread that has just been attached to tells its first figures. */
const FIRST = 2.5;

export interface HeapSummaryOptions {
  inspected: Inspected;
  /** What the probe told last of a thread. */
  runtimeOf: (run: RunState, thread: number) => ProbeRuntime | undefined;
}

/**
 * Where the memory of an agent is. It costs the agent nothing: heaps are asked by `Runtime.getHeapUsage`, the rest is
 * what the probe tells each second anyway.
 * @throws when it can't be had, with what to do
 */
export async function summarizeHeap(agent: Agent, options: HeapSummaryOptions): Promise<HeapSummary> {
  const known = agent.living[0];
  const isPython = known !== undefined && known.pid > 0 && runsPython(known);
  const { run, threads } = isPython ? { run: known, threads: [] } : await readThreads(agent, options);
  const memory = await processMemory(run.pid);
  if (!memory) throw new Error(`${agent.name} has ended: start it first.`);
  return {
    pid: run.pid,
    ...(run.runtime !== undefined && { runtime: run.runtime }),
    threads,
    process: { ...memory, ...(threads.length > 0 && { native: nativeMemory(memory, threads) }) },
  };
}

async function readThreads(
  agent: Agent,
  { inspected, runtimeOf }: HeapSummaryOptions,
): Promise<{ run: RunState; threads: HeapThread[] }> {
  const { run, inspector } = await inspected(agent);
  const told = (thread: number) => poll(FIRST, async () => runtimeOf(run, thread));
  const threads = [await readThread(inspector, 0, await told(0))];
  const workers = await Promise.allSettled(
    inspector.workers.map(async (worker) => readThread(worker, worker.thread, await told(worker.thread))),
  );
  // One that has ended meanwhile has no heap.
  for (const worker of workers) if (worker.status === "fulfilled") threads.push(worker.value);
  return { run, threads };
}

async function readThread(
  target: Pick<AttachedWorker, "send">,
  thread: number,
  runtime: ProbeRuntime | undefined,
): Promise<HeapThread> {
  const { usedSize, totalSize } = await target.send("Runtime.getHeapUsage");
  const { heapLimit, external, arrayBuffers, heapSpaces = [] } = runtime?.memory ?? {};
  return {
    thread,
    used: usedSize,
    total: totalSize,
    ...(heapLimit !== undefined && { limit: heapLimit }),
    ...(external !== undefined && { external }),
    ...(arrayBuffers !== undefined && { arrayBuffers }),
    spaces: heapSpaces.filter(({ size }) => size > 0).sort((a, b) => b.used - a.used),
  };
}
