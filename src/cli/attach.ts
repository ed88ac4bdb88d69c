import {
  Attach,
  type AttachParams,
  BeginMeasurement,
  Detach,
  EndMeasurement,
  type MeasurementResult,
  Tick,
  WatchSeries,
} from "../collector/protocol.ts";
import type { AgentState, RunState, WorkspaceState } from "../model/state.ts";
import { type Command, Failure } from "./command.ts";
import { type Connection, connectHere } from "./connection.ts";
import { after, awaitEnding } from "./ending.ts";
import { numberOf } from "./options.ts";
import { print, printable, printJson, tell } from "./output.ts";
import { LiveRows } from "./rows.ts";
import { summaryJson, summaryText } from "./summary.ts";
import { targetOf } from "./target.ts";

export const attach: Command = {
  name: "attach",
  summary: "measure a process that runs already",
  usage: "attach (--pid N | --inspect URL | --port N) [--duration S] [--json]",
  options: {
    pid: { value: "N", help: "the process; of Node's an inspector is opened if need be" },
    inspect: { value: "URL", help: "its inspector's WebSocket, ws://127.0.0.1:9229/…" },
    port: { value: "N", help: "its inspector's port on this machine" },
    duration: { value: "S", help: "end after so many seconds; else at Ctrl+C or when the process ends" },
    json: { help: "print nothing but the summary, as one JSON document" },
  },
  details: `Prints the agent's responses as they come, and at the end a summary. Nothing of the agent is changed: its
model calls are seen through Node's inspector, which is closed again at the end where it was opened for this
(meanwhile any program of this machine can reach it). Of a process that is not Node, CPU and memory are measured,
and what its own client or OpenTelemetry tells.`,

  async run(values) {
    const target = targetOf(values);
    const duration = numberOf(values, "duration", { whole: false, min: 0.1, max: 2_000_000 });
    const connection = await connectHere();
    const ending = awaitEnding();
    try {
      const over = Promise.race([ending.asked, connection.lost]);
      const result = await measure(connection, target, { rows: !values.json, over, duration });
      if (!result) throw new Failure("Ended before it was attached.");
      if (values.json) printJson(summaryJson(result));
      else print(`\n${summaryText(result)}`);
      return 0;
    } finally {
      ending.dispose();
      connection.close();
    }
  },
};

/** Measures until it is `over` or the process has ended; undefined when that was before it was attached to. */
async function measure(
  connection: Connection,
  target: AttachParams,
  { rows: wantRows, over, duration }: { rows: boolean; over: Promise<void>; duration: number | undefined },
): Promise<MeasurementResult | undefined> {
  const { rpc } = connection;
  const attached = await Promise.race([attachTo(connection, target), over]);
  if (!attached) return undefined; // What is still being attached to is let go by the collector with this connection.
  const { agent, run, notice } = attached;
  const { id } = await rpc.sendRequest(BeginMeasurement, { agent });
  tell(notice);
  const time = after(duration);
  const rows = wantRows ? new LiveRows({ agents: false }) : undefined;
  try {
    rpc.onNotification(Tick, (series) => rows?.add(agent, series.responses));
    const before = await rpc.sendRequest(WatchSeries, { agent });
    rows?.skip(agent, before?.responses ?? []);
    await Promise.race([over, time.passed, ended(connection, agent, run)]);
    await rpc.sendRequest(WatchSeries, { agent }); // The last tick comes before its answer.
  } finally {
    time.stop();
    rows?.end();
  }
  const result = await rpc.sendRequest(EndMeasurement, { id });
  await rpc
    .sendRequest(Detach, { agent })
    .catch((error: Error) => tell(`${printable(agent)} could not be detached from: ${error.message}`));
  return { ...result, ...(run && { pid: run.pid }) };
}

async function attachTo(connection: Connection, target: AttachParams) {
  const { agent, message } = await connection.rpc.sendRequest(Attach, target);
  if (agent === undefined) throw new Failure("There is no agent to attach to.");
  const state = agentOf(await connection.state(), agent);
  const living = state?.runs.filter(({ endTime }) => endTime === undefined) ?? [];
  const run = living.find(({ pid }) => pid === target.pid) ?? living[0];
  const reason = message ?? blindness(state);
  const name = `${printable(agent)}${run ? ` (pid ${run.pid})` : ""}`;
  const notice =
    reason === undefined ? `Attached to ${name}.` : `${name} is watched, but its calls can't be seen: ${reason}`;
  return { agent, run, notice };
}

/** Why nothing but CPU and memory will come. */
function blindness(state: AgentState | undefined): string | undefined {
  if (!state || state.inspector || state.connections > 0 || state.lastActivity !== undefined) return undefined;
  return "it is no Node process. Give it the Agent Vitals client or OpenTelemetry (agent-vitals listen says how).";
}

const agentOf = ({ agents }: WorkspaceState, name: string) => agents.find((agent) => agent.name === name);

/** Resolves when the run has ended or its agent is no longer watched. */
function ended(connection: Connection, name: string, run: RunState | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (state: WorkspaceState) => {
      const now = agentOf(state, name)?.runs.find(({ id }) => id === run?.id);
      if (!now || now.endTime !== undefined) resolve();
    };
    connection.onState(look);
    connection.state().then(look, reject);
  });
}
