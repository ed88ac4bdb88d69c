/** Why a command that goes on comes to its end. */
export interface Ending {
  /** Resolves at Ctrl+C, SIGTERM, SIGHUP, or when nobody reads our output any more. A second signal ends at once. */
  asked: Promise<void>;
  /** Resolves when `promise` has, or when it was asked to end. */
  dispose(): void;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export function awaitEnding(): Ending {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isAsked = false;
  const hear = (signal: NodeJS.Signals) => {
    if (!isAsked) {
      isAsked = true;
      resolve();
      return;
    }
    // As if nobody had listened: nothing that hangs can hold it up.
    dispose();
    process.kill(process.pid, signal);
  };
  const dispose = () => {
    for (const signal of signals) process.off(signal, hear);
  };
  for (const signal of signals) process.on(signal, hear);
  process.stdout.on("error", () => resolve()); // EPIPE: `agent-vitals attach … | head`.
  return { asked: promise, dispose };
}

/** Resolves after so many seconds, never for `undefined`; `stop` keeps it from holding the process. */
export function after(seconds: number | undefined): { passed: Promise<void>; stop: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = seconds === undefined ? undefined : setTimeout(resolve, seconds * 1000);
  return { passed: promise, stop: () => clearTimeout(timer) };
}
