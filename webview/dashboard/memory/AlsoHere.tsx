import type { DashboardCommand } from "../../../src/model/dashboard.ts";
import { mayBeNode } from "../../../src/model/runtime.ts";
import { pauseText, snapshotCost } from "../../../src/model/snapshotCost.ts";
import type { AgentState } from "../../../src/model/state.ts";
import type { Run } from "../Header.tsx";

/** What else can be done about an agent's memory; what each costs is said on it. */
export function AlsoHere({ agent, run }: { agent: AgentState; run: Run }) {
  const offered = offers(agent);
  if (offered.length === 0) return null;
  return (
    <p class="also-here">
      <span class="quiet">Also here:</span>
      {offered.map(({ label, command }) => (
        <button key={command} type="button" class="small" onClick={() => run(command, agent.name)}>
          {label}
        </button>
      ))}
    </p>
  );
}

function offers(agent: AgentState): { label: string; command: DashboardCommand }[] {
  if (agent.status !== "running") return [];
  const handles = { label: "Open files and sockets", command: "agentVitals.openHandles" } as const;
  const heap = [
    { label: "Collect garbage", command: "agentVitals.collectGarbage" },
    { label: "Heap summary", command: "agentVitals.heapSummary" },
    handles,
  ] as const;
  if (mayBeNode(agent)) return [{ label: snapshotLabel(agent), command: "agentVitals.takeHeapSnapshot" }, ...heap];
  if (agent.connections > 0 && agent.runs[0]?.runtime?.startsWith("Python"))
    return [{ label: "Find growing lines", command: "agentVitals.findGrowingLines" }, ...heap];
  return [handles];
}

function snapshotLabel({ heap }: AgentState): string {
  if (heap?.used === undefined) return "Take snapshot, which pauses it";
  return `Take snapshot, pauses it ${pauseText(snapshotCost(heap.used).pause)}`;
}
