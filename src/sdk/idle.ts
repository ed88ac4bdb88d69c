import type { MemoryUsage, Monitor, PerformanceSummary, ResponseTracker, Turn } from "./api.ts";
import { memoryUsage } from "./memory.ts";
import { dispose } from "./tracker.ts";

const nothing = () => {};
const done = Promise.resolve();

/** What a monitor is where there is no collector: everything can be called, nothing is done. */
export class IdleMonitor implements Monitor {
  readonly enabled = false;
  readonly queued = 0;
  #agent: string;
  #turns = 0;

  constructor(agent: string) {
    this.#agent = agent;
  }

  trackResponseTime(): void {}

  measure<T>(_queryType: string, fn: () => T): T {
    return fn();
  }

  startResponse(queryType: string): ResponseTracker {
    return { queryType, firstToken: nothing, tokens: nothing, model: nothing, end: nothing, [dispose]: nothing };
  }

  timed() {
    return <F>(method: F) => method;
  }

  startTurn({ id }: { id?: string } = {}): Turn {
    return {
      id: id ?? `idle-${++this.#turns}`,
      response: this.startResponse,
      measure: this.measure,
      mark: nothing,
      interrupted: nothing,
      end: nothing,
      [dispose]: nothing,
    };
  }

  mark(): void {}

  trackVoiceReliability(): void {}

  monitorMemoryUsage(): MemoryUsage {
    return memoryUsage();
  }

  recordMetric(): void {}

  logPerformanceMetrics(): PerformanceSummary {
    return { agent: this.#agent, responses: {}, voice: { success: 0, failure: 0 } };
  }

  onCleanup(): () => void {
    return nothing;
  }

  onShutdown(): () => void {
    return nothing;
  }

  flush(): Promise<void> {
    return done;
  }

  close(): Promise<void> {
    return done;
  }
}
