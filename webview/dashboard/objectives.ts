import type { AgentState, QueryTypeLatency } from "../../src/model/state.ts";

/** A p95 on fewer responses is shown and called preliminary. */
export const ENOUGH_RESPONSES = 20;

/** How a query type stands against the objective for its p95, over the last minute. */
export type Standing =
  | "met"
  | "missed"
  /** Past the objective, on too few responses to be sure. */
  | "over so far"
  /** Within it, on too few responses to be sure. */
  | "so far"
  /** None in the last minute. */
  | "idle"
  /** None at all. */
  | "waiting"
  | "no objective";

export function standing(latency: QueryTypeLatency): Standing {
  const { minute, session, threshold, lastP95 } = latency;
  if (minute.p95 === undefined) return session.count === 0 && lastP95 === 0 ? "waiting" : "idle";
  if (threshold === undefined) return "no objective";
  if (minute.count >= ENOUGH_RESPONSES) return minute.p95 > threshold ? "missed" : "met";
  return minute.p95 > threshold ? "over so far" : "so far";
}

/** The run that is shown: the newest. */
export function currentRun(agent: AgentState) {
  return agent.runs[0];
}

const FAMILIAR = ["talker", "thinker", "rag_search"];

/**
 * Query types in the order in which they are shown: the primary one, those with an objective, the others; among these
 * the familiar ones first, then as they came.
 */
export function inOrder(agent: AgentState): QueryTypeLatency[] {
  const familiar = ({ queryType }: QueryTypeLatency) => {
    const place = FAMILIAR.indexOf(queryType);
    return place < 0 ? FAMILIAR.length : place;
  };
  const rank = (q: QueryTypeLatency) => {
    const group = q.queryType === agent.primaryQueryType ? 0 : q.threshold !== undefined ? 1 : 2;
    return group * 10 + familiar(q);
  };
  return [...agent.latency].sort((a, b) => rank(a) - rank(b));
}
