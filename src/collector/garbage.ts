import type { AttachedWorker } from "../inputs/inspector/attached.ts";
import { processMemory } from "../inputs/sampling/process/processMemory.ts";
import { formatBytes, formatDuration } from "../model/format.ts";
import type { CollectedGarbage, CollectedHeap } from "../model/garbage.ts";
import { runsPython } from "../model/runtime.ts";
import type { Agent } from "./agent.ts";
import type { Clients } from "./clients.ts";
import type { Inspected } from "./inspected.ts";

/** Seconds that a collection may take: it walks the whole heap. */
const COLLECTING = 60;

export interface GarbageOptions {
  inspected: Inspected;
  clients: Pick<Clients, "command">;
  /** Unix seconds. */
  now: () => number;
}

/**
 * Collects all garbage of an agent: of a Node process in its main thread and its workers by the inspector, of a Python
 * one by its client. The pause is ours, so the charts have a mark over it.
 * @throws when it can't be done, with what to do
 */
export async function collectGarbage(agent: Agent, options: GarbageOptions): Promise<CollectedGarbage> {
  const { now } = options;
  const begun = now();
  const [run] = agent.living;
  const python = agent.connections > 0 && run !== undefined && runsPython(run);
  const collected = python ? await collectByClient(agent, options) : await collectByInspector(agent, options);
  const freed = collected.threads.reduce((sum, { before, after }) => sum + Math.max(0, before - after), 0);
  const what = python ? `${collected.objects ?? 0} objects found` : `${formatBytes(freed)} freed`;
  const label = `Garbage collected on request, paused ${formatDuration(collected.pause)}, ${what}`;
  agent.record.mark({ time: begun, endTime: now(), kind: "change", label });
  return collected;
}

async function collectByInspector(agent: Agent, { inspected }: GarbageOptions): Promise<CollectedGarbage> {
  const { run, inspector } = await inspected(agent);
  const before = await processMemory(run.pid);
  const threads = [await collectIn(inspector, 0)];
  // One after the other: they share the process's time.
  // One that has ended meanwhile has no heap.
  for (const worker of inspector.workers)
    threads.push(
      ...(await collectIn(worker, worker.thread).then(
        (one) => [one],
        () => [],
      )),
    );
  const after = await processMemory(run.pid);
  return {
    threads,
    ...(before && after && { memory: { before: before.resident, after: after.resident } }),
    pause: Math.max(...threads.map(({ pause }) => pause)),
  };
}

async function collectIn(thread: Pick<AttachedWorker, "send">, number: number): Promise<CollectedHeap> {
  const before = await thread.send("Runtime.getHeapUsage");
  const begun = performance.now();
  await thread.send("HeapProfiler.collectGarbage", {}, COLLECTING);
  const pause = (performance.now() - begun) / 1000;
  const after = await thread.send("Runtime.getHeapUsage");
  return { thread: number, before: before.usedSize, after: after.usedSize, pause };
}

async function collectByClient(agent: Agent, { clients }: GarbageOptions): Promise<CollectedGarbage> {
  const pid = agent.living[0]?.pid ?? 0;
  const before = await processMemory(pid);
  const begun = performance.now();
  const replies = await clients.command(agent, "collect_garbage", COLLECTING);
  const taken = (performance.now() - begun) / 1000;
  const good = replies.filter(({ ok }) => ok);
  if (good.length === 0)
    throw new Error(
      `${agent.name} could not collect its garbage: ${replies[0]?.error ?? "it has no connected client."} A newer client may (Add Client to This Project).`,
    );
  const after = await processMemory(pid);
  const sum = (name: string) => good.reduce((all, { result }) => all + Number(result?.[name] ?? 0), 0);
  return {
    threads: [],
    ...(before && after && { memory: { before: before.resident, after: after.resident } }),
    objects: sum("objects"),
    pause: sum("pause") || taken,
  };
}
