import type { PerformanceEntry } from "node:perf_hooks";
import type { Load, Parts, RuntimeWatch } from "./parts.ts";

/** Measures event loop, garbage collections, memory, active resources, uncaught errors and warnings of the agent. */
export function watchRuntime(load: Load, crashing: () => void, parts: Parts): RuntimeWatch {
  const RESOLUTION_MS = 20;
  const KINDS: Record<number, string> = { 1: "minor", 4: "major", 8: "incremental", 16: "weakcb" };
  const { performance, PerformanceObserver, monitorEventLoopDelay } =
    load<typeof import("node:perf_hooks")>("perf_hooks");
  const { getHeapStatistics, getHeapSpaceStatistics } = load<typeof import("node:v8")>("v8");

  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  /** The histogram holds the timer's whole period, in nanoseconds; what is more than the resolution is delay. */
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000) || 0;
  // After a reset the histogram's next turn only starts its clock: what blocks the loop just then, this timer sees.
  let unseen = 0;
  let gap: NodeJS.Timeout | undefined;
  const watchGap = () => {
    const reset = performance.now();
    unseen = 0;
    gap = setTimeout(() => {
      const delayed = performance.now() - reset - RESOLUTION_MS;
      if (delayed >= RESOLUTION_MS) unseen = delayed / 1000;
    }, RESOLUTION_MS).unref();
  };
  const readDelay = () => {
    const [mean, p50, p99, max] = [delay.mean, delay.percentile(50), delay.percentile(99), delay.max].map(late) as [
      number,
      number,
      number,
      number,
    ];
    delay.reset();
    const missed = unseen > max ? unseen : 0;
    clearTimeout(gap);
    watchGap();
    // Of some 50 values a second the longest is also the 99th percentile.
    return missed > 0 ? { mean: mean + missed / 50, p50, p99: missed, max: missed } : { mean, p50, p99, max };
  };
  parts.outsideTimers(watchGap);

  let lastUtilization = performance.eventLoopUtilization();

  const MAJOR = 4;
  let gc: ReturnType<RuntimeWatch["read"]>["gc"] = { count: 0, duration: 0, max: 0, kinds: {} };
  /** Without what is young: it was made since the collection, for whose end we are told a little late. */
  const readOld = () =>
    getHeapSpaceStatistics()
      .filter(({ space_name }) => !space_name.startsWith("new_"))
      .reduce((sum, { space_used_size }) => sum + space_used_size, 0);
  const countCollection = (entry: PerformanceEntry & { detail?: unknown }) => {
    const duration = entry.duration / 1000;
    const number = (entry.detail as { kind?: number } | undefined)?.kind ?? 0;
    const kind = KINDS[number] ?? "other";
    gc.count += 1;
    gc.duration += duration;
    gc.max = Math.max(gc.max, duration);
    gc.kinds[kind] = (gc.kinds[kind] ?? 0) + duration;
    return number;
  };
  const collections = new PerformanceObserver((list) => {
    if (list.getEntries().map(countCollection).includes(MAJOR)) gc.heapAfter = readOld();
  });
  collections.observe({ entryTypes: ["gc"] });

  let uncaughtExceptions = 0;
  let unhandledRejections = 0;
  // The monitor alone: an `unhandledRejection` listener would keep an agent alive that should crash.
  const countCrash = (_error: unknown, origin: string) => {
    if (origin === "unhandledRejection") unhandledRejections += 1;
    else uncaughtExceptions += 1;
    crashing();
  };
  process.on("uncaughtExceptionMonitor", countCrash);

  let warnings: Record<string, number> = {};
  const countWarning = ({ name }: Error) => {
    if (name in warnings || Object.keys(warnings).length < 100) warnings[name] = (warnings[name] ?? 0) + 1;
  };
  process.on("warning", countWarning);

  return {
    read() {
      const utilization = performance.eventLoopUtilization();
      const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
      const activeResources: Record<string, number> = {};
      for (const type of process.getActiveResourcesInfo()) activeResources[type] = (activeResources[type] ?? 0) + 1;
      const figures = {
        time: Date.now() / 1000,
        eventLoopDelay: readDelay(),
        eventLoopUtilization: performance.eventLoopUtilization(utilization, lastUtilization).utilization || 0,
        gc,
        memory: {
          rss,
          heapTotal,
          heapUsed,
          heapLimit: getHeapStatistics().heap_size_limit,
          external,
          arrayBuffers,
          heapSpaces: getHeapSpaceStatistics().map(({ space_name, space_used_size, space_size }) => ({
            name: space_name,
            used: space_used_size,
            size: space_size,
          })),
        },
        activeResources,
        uncaughtExceptions,
        unhandledRejections,
        warnings,
      };
      lastUtilization = utilization;
      gc = { count: 0, duration: 0, max: 0, kinds: {} };
      warnings = {};
      return figures;
    },
    stop() {
      delay.disable();
      collections.disconnect();
      process.off("uncaughtExceptionMonitor", countCrash);
      process.off("warning", countWarning);
    },
  };
}
