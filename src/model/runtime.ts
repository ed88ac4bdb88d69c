import type { AgentState, RunState } from "./state.ts";

/** A client tells its runtime; of an attached process its command line does. */
export function mayBeNode({ runs: [run] }: AgentState): boolean {
  if (!run || run.pid === 0) return false;
  if (run.runtime !== undefined) return run.runtime.startsWith("Node");
  return /^\S*\bnode(js)?(\.exe)?(\s|$)/.test(run.commandLine ?? "");
}

/** The same of Python, also before its client has said hello: `python3 agent.py`, `uv run agent.py`. */
export function mayBePython({ runs: [run] }: AgentState): boolean {
  return run !== undefined && run.pid !== 0 && runsPython(run);
}

export function runsPython({ runtime, commandLine = "" }: Pick<RunState, "runtime" | "commandLine">): boolean {
  if (runtime !== undefined) return runtime.startsWith("Python");
  return (
    /^\S*\b(python|pypy)[\d.]*(\.exe)?(\s|$)/.test(commandLine) ||
    /^(?!\S*node)\S+\s(.*\s)?\S+\.py(\s|$)/.test(commandLine)
  );
}
