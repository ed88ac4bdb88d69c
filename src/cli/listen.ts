import { agentEnvironment } from "../collector/environment.ts";
import { BeginMeasurements, EndMeasurements, type MeasurementResult } from "../collector/protocol.ts";
import type { WorkspaceState } from "../model/state.ts";
import { type Command, Failure } from "./command.ts";
import { type Connection, connectHere } from "./connection.ts";
import { awaitEnding } from "./ending.ts";
import { numberOf } from "./options.ts";
import { print, printJson, tell } from "./output.ts";
import { LiveRows } from "./rows.ts";
import { summaryJson, summaryText } from "./summary.ts";
import { Watches } from "./watches.ts";

export const listen: Command = {
  name: "listen",
  summary: "take in what agents tell, without an editor",
  usage: "listen [--otlp-port N] [--json]",
  options: {
    "otlp-port": { value: "N", help: "take OpenTelemetry in here instead of at the workspace's own port" },
    json: { help: "print nothing but the summaries, as one JSON document" },
  },
  details: `Opens the doors of this folder's workspace: the event socket for the Node and Python clients, and OTLP for
any OpenTelemetry exporter. Says what to paste into the agent's terminal, prints the responses of all agents as
they come, and at Ctrl+C a summary of each.`,

  async run(values) {
    const otlpPort = numberOf(values, "otlp-port", { min: 1, max: 65_535 });
    const connection = await connectHere(otlpPort === undefined ? {} : { otlpPort });
    const ending = awaitEnding();
    try {
      const state = await connection.state();
      requirePort(state, otlpPort);
      const say = values.json ? tell : print;
      say(await doors(connection, state));
      warnWhenMoved(connection, state);
      const begun = performance.now();
      const agents = await measureAll(connection, state, { rows: !values.json, over: ending.asked });
      if (values.json) {
        const duration = (performance.now() - begun) / 1000;
        printJson({ duration, ...(state.otlp && { otlpPort: state.otlp.port }), agents: agents.map(summaryJson) });
      } else
        print(agents.length > 0 ? agents.map((result) => `\n${summaryText(result)}`).join("\n") : "\nNo agent came.");
      return 0;
    } finally {
      ending.dispose();
      connection.close();
    }
  },
};

/** @throws {Failure} when the port that was asked for is not the one that is listened on */
export function requirePort({ otlp }: WorkspaceState, wanted: number | undefined): void {
  if (wanted === undefined) return;
  if (!otlp)
    throw new Failure("A VS Code window of this workspace has OpenTelemetry turned off (agentVitals.otlp.enabled).");
  if (otlp.port !== wanted)
    throw new Failure(
      `This workspace is served at port ${otlp.port} already, by a VS Code window or another agent-vitals: leave --otlp-port out, or close that one first.`,
    );
  if (otlp.message !== undefined) throw new Failure(otlp.message);
}

/** A window that comes later brings its own settings. */
function warnWhenMoved(connection: Connection, { otlp: before }: WorkspaceState): void {
  let port = before?.port;
  connection.onState(({ otlp }) => {
    if (otlp?.port === port) return;
    port = otlp?.port;
    tell(`A VS Code window's settings apply now: OpenTelemetry is ${port === undefined ? "off" : `at port ${port}`}.`);
  });
}

/**
 * Where agents of other terminals report to.
 * @param shown false where it goes into a file or a service's log, which the token must not
 */
export async function doors({ addresses }: Connection, { otlp }: WorkspaceState, shown = true): Promise<string> {
  const env = await agentEnvironment(addresses, { otlp: otlp !== undefined, env: process.env });
  if (otlp && env.OTEL_EXPORTER_OTLP_ENDPOINT) env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${otlp.port}`;
  const where = otlp
    ? `http://127.0.0.1:${otlp.port}${otlp.message === undefined ? "" : ` (closed: ${otlp.message})`}`
    : "off";
  return [
    `Workspace      ${addresses.workspace}`,
    `Event socket   ${addresses.eventSocket}`,
    `OpenTelemetry  ${where}`,
    "",
    ...(shown
      ? [
          "Paste into the agent's terminal:",
          "",
          ...Object.entries(env).map(([name, value]) => `  ${assignment(name, value)}`),
        ]
      : ["What to paste into an agent's terminal holds a token: it is told by the same command in a terminal."]),
    ...(otlp && !env.OTEL_EXPORTER_OTLP_ENDPOINT
      ? ["", "An OTEL_EXPORTER_OTLP_ENDPOINT of your own is set here, so it is left as it is."]
      : []),
    "",
    "Ctrl+C ends this.",
    "",
  ].join("\n");
}

function assignment(name: string, value: string): string {
  return process.platform === "win32"
    ? `$env:${name} = '${value.replaceAll("'", "''")}'`
    : `export ${name}='${value.replaceAll("'", `'\\''`)}'`;
}

async function measureAll(
  connection: Connection,
  state: WorkspaceState,
  { rows: wantRows, over }: { rows: boolean; over: Promise<void> },
): Promise<MeasurementResult[]> {
  const { id } = await connection.rpc.sendRequest(BeginMeasurements);
  const watches = wantRows ? new Watches(connection, new LiveRows({ agents: true }), state) : undefined;
  try {
    await Promise.race([over, connection.lost, ...(watches ? [watches.failed] : [])]);
  } finally {
    await watches?.end();
  }
  return connection.rpc.sendRequest(EndMeasurements, { id });
}
