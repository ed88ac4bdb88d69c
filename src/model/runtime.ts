import type { AgentState } from "./state.ts";

/** A client tells its runtime; of an attached process its command line does. */
export function mayBeNode({ runs: [run] }: AgentState): boolean {
  if (!run || run.pid === 0) return false;
  if (run.runtime !== undefined) return run.runtime.startsWith("Node");
  return /^\S*\bnode(js)?(\.exe)?(\s|$)/.test(run.commandLine ?? "");
}
