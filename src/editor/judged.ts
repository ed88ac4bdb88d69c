import type { AgentState, QueryTypeLatency, WorkspaceState } from "../model/state.ts";

/** A p95 rests on too few responses below this; it is shown, and the tooltip says on how many. */
export const ENOUGH_RESPONSES = 20;

/** The shown agent: the pinned one, else the one that was last active, else the first that runs or could be started. */
export function shownAgent(state: WorkspaceState | undefined, pinned: string | undefined): AgentState | undefined {
  const agents = state?.agents ?? [];
  const byName = agents.find((a) => a.name === pinned);
  if (byName) return byName;
  const rank = (a: AgentState) =>
    (a.status === "running" || a.status === "starting" ? 1e12 : 0) + (a.lastActivity ?? 0);
  return [...agents].sort((a, b) => rank(b) - rank(a))[0];
}

/** The query type that the status bar shows while all is well: the primary one, else the one that came last. */
export function shownQueryType(agent: AgentState): QueryTypeLatency | undefined {
  const primary = agent.latency.find((q) => q.queryType === agent.primaryQueryType);
  return primary ?? [...agent.latency].sort((a, b) => b.lastTime - a.lastTime)[0];
}

/** The query type that is worst past its objective over the last minute, if any is. */
export function wrongFigure(agent: AgentState): QueryTypeLatency | undefined {
  const ratio = (q: QueryTypeLatency) => (q.minute.p95 ?? 0) / (q.threshold ?? Number.POSITIVE_INFINITY);
  return agent.latency.filter((q) => ratio(q) > 1).sort((a, b) => ratio(b) - ratio(a))[0];
}

export { mayBeNode, mayBePython } from "../model/runtime.ts";
