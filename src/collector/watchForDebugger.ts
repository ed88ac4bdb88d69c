import type { AttachedInspector } from "../inputs/inspector/attached.ts";

/** Seconds without a sign of life, after which it is asked. The probe gives one each second. */
const SILENT = 8;
/** Seconds in which a thread that is stopped answers, as it answers its debuggers. */
const ANSWERING = 2;
/** Seconds in which an event loop that turns does so, and what is busy uses its processor. */
const TURNING = 1;
/** Share of a processor that a thread which is stopped does not use. */
const IDLE = 0.2;

/**
 * Calls back once when the agent has been stopped in a debugger for some ten seconds: its turns never end then, and it
 * is no hang. Somebody else's debugger stops it: we enable none, so that no event tells.
 * @returns ends the watch
 */
export function watchForDebugger(inspector: AttachedInspector, onStopped: () => void): () => void {
  let seen = performance.now();
  let over = false;
  const forget = inspector.on("Runtime.bindingCalled", () => {
    seen = performance.now();
  });
  const isSilent = () => performance.now() - seen > SILENT * 1000;
  const look = async () => {
    const asked = isSilent();
    const stopped = asked && (await isStopped(inspector));
    if (over) return;
    if (stopped && isSilent()) onStopped();
    // Each question leaves some 4 KB in the agent.
    else timer = setTimeout(look, (asked ? SILENT : 1) * 1000);
  };
  let timer = setTimeout(look, 1000);
  return () => {
    over = true;
    clearTimeout(timer);
    forget();
  };
}

/** Its event loop does not turn, and it uses no processor, yet it answers: what is busy or blocked does otherwise. */
async function isStopped(inspector: AttachedInspector): Promise<boolean> {
  const before = await usedBy(inspector);
  if (before === undefined || (await turns(inspector))) return false;
  const after = await usedBy(inspector);
  return after !== undefined && after - before < IDLE * TURNING;
}

/** Whether its event loop turns. */
function turns(inspector: AttachedInspector): Promise<boolean> {
  const expression = "new Promise((resolve) => setImmediate(resolve))";
  return inspector.send("Runtime.evaluate", { expression, awaitPromise: true, silent: true }, TURNING).then(
    () => true,
    () => false,
  );
}

/** Seconds of a processor that the main thread has used (before Node 23.9 the process); undefined without an answer. */
async function usedBy(inspector: AttachedInspector): Promise<number | undefined> {
  const expression =
    "(({ user, system }) => user + system)((process.threadCpuUsage ?? process.cpuUsage).call(process))";
  const answered = inspector.send("Runtime.evaluate", { expression, returnByValue: true, silent: true }, ANSWERING);
  const value: unknown = await answered.then(({ result }) => result.value).catch(() => undefined);
  return typeof value === "number" ? value / 1e6 : undefined;
}
