/** POST /fault: breaks the agent on purpose, for demonstrations and tests. */
import { HttpError } from "./http.ts";
import { Leaks } from "./leaks.ts";
import type { ModelServer } from "./modelServer.ts";

/** What a fault does once its reply is out; faults that end the agent never return. */
type Act = () => void;

interface Fault {
  /** One line for the list of faults. */
  tells: string;
  /** Checks the parameters; throws an HttpError, or returns what to do. */
  prepare: (parameters: Record<string, unknown>) => Act;
}

export class Faults {
  readonly #leaks = new Leaks();
  readonly #modelServer: ModelServer;
  #blocking: NodeJS.Timeout | undefined;
  #slowdown = 1;

  readonly #kinds: Record<string, Fault> = {
    "leak-memory": {
      tells: "keeps sessions for ever: bytesPerSecond (1048576)",
      prepare: (p) => {
        const rate = number(p, "bytesPerSecond", 1_048_576, 1, 2 ** 30);
        return () => this.#leaks.leakMemory(rate);
      },
    },
    "leak-descriptors": {
      tells: "opens files and never closes them: perSecond (10)",
      prepare: (p) => {
        const rate = number(p, "perSecond", 10, 1, 10_000);
        return () => this.#leaks.leakDescriptors(rate);
      },
    },
    "leak-timers": {
      tells: "sets intervals and never clears them: perSecond (10)",
      prepare: (p) => {
        const rate = number(p, "perSecond", 10, 1, 10_000);
        return () => this.#leaks.leakTimers(rate);
      },
    },
    block: {
      tells: "blocks the event loop: milliseconds (1000), everyMilliseconds (once)",
      prepare: (p) => {
        const milliseconds = number(p, "milliseconds", 1000, 1, 600_000);
        const every = number(p, "everyMilliseconds", 0, 0, 3_600_000);
        return () => {
          clearInterval(this.#blocking);
          compute(milliseconds);
          if (every > 0) this.#blocking = setInterval(() => compute(milliseconds), every);
        };
      },
    },
    slow: {
      tells: "makes the embedded model write so many times the drafts: factor (8)",
      prepare: (p) => {
        const factor = Math.round(number(p, "factor", 8, 1, 1000));
        const { embedded } = this.#modelServer;
        if (!embedded) throw new HttpError(409, "only the embedded model server can be slowed: unset OPENAI_BASE_URL");
        return () => {
          this.#slowdown = factor;
          embedded.slowDown(factor);
        };
      },
    },
    throw: {
      tells: "throws an error that nobody catches",
      prepare: () => () => {
        setImmediate(() => {
          throw new Error("POST /fault asked for an error that nobody catches");
        });
      },
    },
    exit: {
      tells: "exits: code (3)",
      prepare: (p) => {
        const code = Math.round(number(p, "code", 3, 0, 255));
        return () => process.exit(code);
      },
    },
    heap: { tells: "fills the heap until V8 gives up", prepare: () => () => this.#leaks.fillHeap() },
    hang: { tells: "computes for ever: only a kill ends it", prepare: () => () => compute(Number.POSITIVE_INFINITY) },
    none: { tells: "ends leaks, blocking and slowness, and lets go of what leaked", prepare: () => () => this.clear() },
  };

  constructor(modelServer: ModelServer) {
    this.#modelServer = modelServer;
  }

  /** Checks `{ kind, … }`; the returned function does it, and is called after the reply is out. */
  prepare(body: Record<string, unknown>): Act {
    const fault = typeof body.kind === "string" && Object.hasOwn(this.#kinds, body.kind) && this.#kinds[body.kind];
    if (fault) return fault.prepare(body);
    const kinds = Object.fromEntries(Object.entries(this.#kinds).map(([kind, { tells }]) => [kind, tells]));
    throw new HttpError(400, `there is no fault of kind ${JSON.stringify(body.kind)}; see "kinds"`, { kinds });
  }

  /** What is wrong now. */
  describe() {
    return { leaked: this.#leaks.count(), blocking: this.#blocking !== undefined, slowdown: this.#slowdown };
  }

  clear(): void {
    this.#leaks.clear();
    clearInterval(this.#blocking);
    this.#blocking = undefined;
    this.#slowdown = 1;
    this.#modelServer.embedded?.slowDown(1);
  }
}

/** Keeps the thread busy. */
function compute(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  let sum = 0;
  while (performance.now() < end) for (let i = 0; i < 1000; i++) sum += Math.sqrt(i + sum);
}

function number(parameters: Record<string, unknown>, name: string, usual: number, least: number, most: number): number {
  const value = parameters[name] ?? usual;
  if (typeof value === "number" && value >= least && value <= most) return value;
  throw new HttpError(400, `"${name}" must be a number from ${least} to ${most}`);
}
