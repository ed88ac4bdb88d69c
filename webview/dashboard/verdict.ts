import type { DashboardCommand } from "../../src/model/dashboard.ts";
import { formatAge, formatDuration, formatPercent, queryTypeTitle, trimZeros } from "../../src/model/format.ts";
import type { AgentState, QueryTypeLatency } from "../../src/model/state.ts";
import { clockMinute } from "../shared/clockTime.ts";
import type { Severity } from "../shared/severity.ts";
import { currentRun, ENOUGH_RESPONSES, inOrder, type Standing, standing } from "./objectives.ts";
import { judgeReliability, VOICE_OBJECTIVE } from "./reliability.ts";

/** What is wrong and why, in a sentence: `lead` is the finding, `rest` its evidence. */
export interface Verdict {
  severity: Severity;
  lead: string;
  rest?: string;
  action?: { label: string; command: DashboardCommand };
}

/** From this share of its limit on a heap is told to be nearly full. */
export const HEAP_NEARLY_FULL = 0.9;

const title = (q: QueryTypeLatency) => queryTypeTitle(q.queryType);
const wanted = (q: QueryTypeLatency) => `under ${trimZeros(formatDuration(q.threshold ?? 0))} is wanted`;
const list = (words: string[]) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
const excess = (q: QueryTypeLatency) => (q.minute.p95 ?? 0) / (q.threshold ?? 1);
const worstFirst = (a: QueryTypeLatency, b: QueryTypeLatency) => excess(b) - excess(a);

/** What the page says first about an agent; `now` in Unix seconds. */
export function verdict(agent: AgentState, now: number): Verdict {
  switch (agent.status) {
    case "starting":
      return { severity: "info", lead: `${agent.name} is starting.`, ...(agent.message && { rest: agent.message }) };
    case "stopping":
      return { severity: "info", lead: `${agent.name} is stopping.` };
    case "failed":
      return {
        severity: "error",
        lead: `${agent.name} is down.`,
        rest: agent.message ?? "It ended by itself.",
        action: { label: "Show Log", command: "agentVitals.showLog" },
      };
    case "idle":
    case "stopped":
      return { severity: "info", lead: `${agent.name} is not running.`, rest: howItEnded(agent) };
    case "running":
      return running(agent, now);
  }
}

function howItEnded(agent: AgentState): string {
  const run = currentRun(agent);
  if (run?.endTime === undefined) return "It was not started yet.";
  const how = run.stopped
    ? "was stopped"
    : run.exitCode === undefined
      ? "ended"
      : `ended with exit code ${run.exitCode}`;
  return `Run ${run.number} ${how} at ${clockMinute(run.endTime)}. The figures are its last ones.`;
}

function running(agent: AgentState, now: number): Verdict {
  const all = inOrder(agent);
  const those = (...wantedStandings: Standing[]) => all.filter((q) => wantedStandings.includes(standing(q)));
  const heap = heapNearlyFull(agent);
  const also = heap ? ` ${heap}` : "";

  const missed = those("missed").sort(worstFirst);
  const voice = agent.voice && judgeReliability(agent.voice);
  const [worst] = missed;
  if (worst) {
    const many = missed.length > 1;
    const worstName = many ? `${title(worst)} worst: ` : "";
    return {
      severity: "error",
      lead: `${list(missed.map(title))} ${many ? "miss their objectives" : "misses its objective"}:`,
      rest: `${worstName}p95 is ${formatDuration(worst.minute.p95 ?? 0)} over the last minute, ${wanted(worst)}.${also}`,
    };
  }
  if (voice?.verdict === "missed") {
    const rest = `${voice.failures} of ${voice.turns} turns failed, ${formatPercent(VOICE_OBJECTIVE)} is wanted.${also}`;
    return { severity: "error", lead: "Voice misses its objective:", rest };
  }
  const [over] = those("over so far").sort(worstFirst);
  if (over) {
    const figure = `${formatDuration(over.minute.p95 ?? 0)} at p95 of ${responses(over.minute.count)} in the last minute`;
    const lead = `${title(over)} is over its objective so far:`;
    return { severity: "warning", lead, rest: `${figure}, ${wanted(over)}.${also}` };
  }
  if (heap) return { severity: "warning", lead: heap };
  return calm(agent, all, now);
}

/** Nothing is wrong: how well that is known. */
function calm(agent: AgentState, all: QueryTypeLatency[], now: number): Verdict {
  const active = all.filter((q) => q.minute.p95 !== undefined);
  const [slow] = agent.pending;
  if (active.length === 0 && slow) {
    const whom = slow.model ? `${slow.model} at ${slow.host}` : slow.host;
    return {
      severity: "warning",
      lead: "A request is still open:",
      rest: `${whom} has not answered for ${formatAge(now - slow.start)}.`,
    };
  }
  if (all.length === 0 && agent.inspector?.state === "attached") {
    return { severity: "info", lead: "Attached.", rest: "Waiting for the first call to a model." };
  }
  if (all.length === 0 && agent.inspector?.message) {
    return { severity: "warning", lead: "Its model calls can't be seen.", rest: agent.inspector.message };
  }
  if (all.length === 0 && agent.connections === 0) {
    return {
      severity: "info",
      lead: "No client is connected.",
      rest: "CPU and memory are read from the process; latency comes by its inspector, OpenTelemetry or the client.",
      action: isNode(agent)
        ? { label: "Attach Inspector", command: "agentVitals.attachInspector" }
        : { label: "Add Client", command: "agentVitals.addClient" },
    };
  }
  if (all.every((q) => standing(q) === "waiting")) {
    return { severity: "info", lead: "Connected.", rest: "Waiting for the first response." };
  }
  if (active.length === 0) {
    const [latest] = [...all].sort((a, b) => b.lastTime - a.lastTime);
    const last = latest && `${title(latest)}'s last p95 was ${formatDuration(latest.lastP95)}, `;
    return {
      severity: "info",
      lead: "No response in the last minute.",
      ...(latest && { rest: `${last}${formatAge(now - latest.lastTime)} ago.` }),
    };
  }
  const judged = all.filter((q) => q.threshold !== undefined);
  if (judged.length === 0) {
    return {
      severity: "info",
      lead: "No objective is set.",
      rest: "Name one under thresholds in agent-vitals.json.",
      action: { label: "Open Config", command: "agentVitals.openConfig" },
    };
  }
  const few = judged.filter((q) => standing(q) === "so far");
  const met = judged.some((q) => standing(q) === "met");
  if (few.length === 0) {
    if (met) return { severity: "ok", lead: "Every objective is met." };
    return { severity: "info", lead: "No response with an objective in the last minute." };
  }
  return {
    severity: met ? "ok" : "info",
    lead: "Every objective is met so far.",
    rest: `${list(few.map(title))} ${few.length > 1 ? "rest" : "rests"} on fewer than ${ENOUGH_RESPONSES} responses in the last minute.`,
  };
}

/** Only Node has the inspector that the probe needs. */
const isNode = (agent: AgentState) => /^\S*node(js)?(\.exe)?(\s|$)/.test(currentRun(agent)?.commandLine ?? "");

const responses = (count: number) => `${count} response${count === 1 ? "" : "s"}`;

function heapNearlyFull({ heap }: AgentState): string | undefined {
  if (heap?.used === undefined || heap.limit === undefined) return undefined;
  const share = heap.used / heap.limit;
  return share >= HEAP_NEARLY_FULL ? `The heap is ${formatPercent(share)} full.` : undefined;
}
