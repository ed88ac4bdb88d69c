/** Things that an agent forgets to let go of, leaked at a steady rate until somebody ends it. */
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";

const TICKS_PER_SECOND = 10;
const SOME_FILE = fileURLToPath(new URL("../package.json", import.meta.url));
const HEAP_STEP_NUMBERS = 2 ** 20;

interface AbandonedSession {
  started: number;
  /** Plain numbers live in V8's heap, where a leak of conversations would be. */
  history: number[];
}

export class Leaks {
  readonly #abandonedSessions = new Map<number, AbandonedSession>();
  readonly #descriptors: number[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #running = new Map<string, NodeJS.Timeout>();
  #sessionsSoFar = 0;

  leakMemory(bytesPerSecond: number): void {
    this.#everyTick("memory", () => {
      const history = Array.from({ length: bytesPerSecond / TICKS_PER_SECOND / 8 }, Math.random);
      this.#abandonedSessions.set(this.#sessionsSoFar++, { started: Date.now(), history });
    });
  }

  leakDescriptors(perSecond: number): void {
    let due = 0;
    this.#everyTick("descriptors", () => {
      for (due += perSecond / TICKS_PER_SECOND; due >= 1; due--) {
        try {
          this.#descriptors.push(openSync(SOME_FILE, "r"));
        } catch (error) {
          console.error(`no more descriptors to leak: ${(error as Error).message}`);
          clearInterval(this.#running.get("descriptors"));
          return;
        }
      }
    });
  }

  leakTimers(perSecond: number): void {
    let due = 0;
    this.#everyTick("timers", () => {
      for (due += perSecond / TICKS_PER_SECOND; due >= 1; due--) {
        const started = Date.now();
        this.#timers.push(setInterval(() => Date.now() - started, 1000));
      }
    });
  }

  /** Step by step, so that the way to the end can be watched. */
  fillHeap(): void {
    const kept: number[][] = [];
    const step = () => {
      kept.push(Array.from({ length: HEAP_STEP_NUMBERS }, Math.random));
      setImmediate(step);
    };
    step();
  }

  count() {
    return {
      sessions: this.#abandonedSessions.size,
      descriptors: this.#descriptors.length,
      timers: this.#timers.length,
    };
  }

  clear(): void {
    for (const timer of this.#running.values()) clearInterval(timer);
    this.#running.clear();
    this.#abandonedSessions.clear();
    for (const descriptor of this.#descriptors.splice(0)) closeSync(descriptor);
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }

  #everyTick(what: string, leak: () => void): void {
    clearInterval(this.#running.get(what));
    this.#running.set(what, setInterval(leak, 1000 / TICKS_PER_SECOND));
  }
}
