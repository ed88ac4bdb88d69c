import { INSTEAD } from "./endpoint.ts";
import { poll } from "./patience.ts";
import { evaluate, NoAnswer, type Session } from "./session.ts";
import { innerPid } from "./signal.ts";

export interface Runtime {
  /** What the target calls its own pid; in a container not what we call it. */
  pid: number;
  /** `Node 24.9.0` */
  name: string;
}

/** Seconds that a target has to begin to run. */
const STARTING = 2;

// Node's own start-up gives `process` its pid; before, there is not even a `process`, nor anything that a browser has.
const WHO = `typeof process === "object" && process
  ? process.pid === undefined ? "starting" : { pid: process.pid, versions: { ...process.versions } }
  : typeof location === "undefined" ? "starting" : null`;

/**
 * Asks who is on the other side; `seconds` for each answer.
 * @throws {NoAnswer} when it has not begun to run; an Error when it is a browser's page, or can't carry the probe
 */
export async function runtimeOf(session: Session, seconds: number): Promise<Runtime> {
  const ask = () =>
    evaluate<{ pid?: unknown; versions?: Record<string, string> } | "starting" | null>(session, WHO, seconds);
  const told = await poll(STARTING, async () => {
    const answer = await ask();
    return answer === "starting" ? undefined : { answer };
  });
  if (!told) throw new NoAnswer("It has not begun to run.");
  const { pid, versions = {} } = told.answer || {};
  if (typeof pid !== "number" || !versions.v8) {
    throw new Error(
      versions.bun
        ? `This is Bun ${versions.bun}, whose inspector can't carry the probe. ${INSTEAD}`
        : "What answers there is not Node: a browser's page, perhaps. Attach to the agent's own process.",
    );
  }
  const names = [
    ["Deno", versions.deno],
    ["Electron", versions.electron],
    ["Node", versions.node],
  ] as const;
  const [name, version] = names.find(([, one]) => one !== undefined) ?? ["V8", versions.v8];
  return { pid, name: `${name} ${version}` };
}

/** @throws when the inspector of process `pid` is in truth another process's */
export function checkPid(runtime: Runtime, pid: number): void {
  if (runtime.pid === pid || runtime.pid === innerPid(pid)) return;
  throw new Error(
    `The inspector that seemed to be process ${pid}'s belongs to process ${runtime.pid} (${runtime.name}): nothing was changed in it. Choose again.`,
  );
}
