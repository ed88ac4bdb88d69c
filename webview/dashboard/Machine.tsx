import { formatBytes, formatCount } from "../../src/model/format.ts";
import type { AgentState, ExportState, WorkspaceState } from "../../src/model/state.ts";

/** The machine in a line, and what could not be counted, if anything. */
export function Machine({ state, agent }: { state: WorkspaceState; agent: AgentState }) {
  const { hardware, rejected, record } = state;
  const machine = hardware && [
    `${hardware.cpu}, ${hardware.physicalCores} cores, ${hardware.cores} threads`,
    `${formatBytes(hardware.memory)} of memory`,
    ...hardware.gpus.map(({ name, memory }) => (memory ? `${name}, ${formatBytes(memory)}` : name)),
    hardware.os,
  ];
  const lost = Object.entries(agent.dropped).filter(([, count]) => count > 0);
  const refused = Object.entries(rejected);
  const list = (counts: [string, number][]) => counts.map(([what, n]) => `${formatCount(n)} ${what}`).join(", ");
  return (
    <footer class="quiet">
      {machine && <p>{machine.join(" · ")}</p>}
      {record?.source !== undefined && <p>History of all but the live charts is read from {record.source}.</p>}
      {record?.exports.filter(troubled).map((one) => (
        <p key={one.kind}>{troubleOf(one)}</p>
      ))}
      {lost.length > 0 && (
        <p>Fell out of the client's full queue: {list(lost)}. Responses were folded, none is missing.</p>
      )}
      {refused.length > 0 && <p>Lines of clients that could not be read: {list(refused)}. The log says which.</p>}
    </footer>
  );
}

const exportNames: Record<ExportState["kind"], string> = {
  prometheus: "Prometheus endpoint",
  log: "Performance log",
  otlp: "OTLP push",
  remoteWrite: "Remote write",
};

const troubled = ({ state, lost }: ExportState) => state !== "ok" || (lost ?? 0) > 0;

/** What the log has are lines. */
const things = (kind: ExportState["kind"], n: number) =>
  `${formatCount(n)} ${kind === "log" ? "line" : "figure"}${n === 1 ? "" : "s"}`;

/** What is wrong with an export, and what it lost. */
function troubleOf({ kind, target, state, message, lost, queued }: ExportState): string {
  const words = state === "failed" ? "failed" : state === "waiting" ? "waits" : "goes on";
  const parts = [
    `${exportNames[kind]} at ${target} ${words}${message ? `: ${message}` : "."}`,
    ...(queued && state === "waiting" ? [`${things(kind, queued)} wait.`] : []),
    ...(lost ? [`${things(kind, lost)} were lost.`] : []),
  ];
  return parts.join(" ");
}
