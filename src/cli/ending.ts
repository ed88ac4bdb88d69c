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
  const asked = () => resolve();
  for (const signal of signals) process.once(signal, asked);
  process.stdout.on("error", asked); // EPIPE: `agent-vitals attach … | head`.
  return {
    asked: promise,
    dispose() {
      for (const signal of signals) process.off(signal, asked);
    },
  };
}

/** Resolves after so many seconds, never for `undefined`; `stop` keeps it from holding the process. */
export function after(seconds: number | undefined): { passed: Promise<void>; stop: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = seconds === undefined ? undefined : setTimeout(resolve, seconds * 1000);
  return { passed: promise, stop: () => clearTimeout(timer) };
}
