import { setTimeout as sleep } from "node:timers/promises";
import type { Identify } from "../model/process.ts";

const PATIENCE = 5;

/**
 * Asks a process that we did not launch to end (SIGTERM) and waits until it has.
 * @throws when it lives on after 5 s: it is not ours to kill
 */
export async function stopProcess(pid: number, startTime: number, identify: Identify): Promise<void> {
  const lives = () => {
    const identity = identify(pid);
    return identity !== undefined && !identity.zombie && Math.abs(identity.startTime - startTime) < 5;
  };
  if (!lives()) return;
  process.kill(pid, "SIGTERM");
  const deadline = performance.now() + PATIENCE * 1000;
  while (performance.now() < deadline) {
    if (!lives()) return;
    await sleep(50);
  }
  throw new Error(`Process ${pid} still runs ${PATIENCE} s after SIGTERM. End it where it was started.`);
}
