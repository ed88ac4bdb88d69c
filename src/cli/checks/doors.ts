import { agentEnvironment, clientEnvironment } from "../../collector/environment.ts";
import { Attach, Detach } from "../../collector/protocol.ts";
import type { AgentState, WorkspaceState } from "../../model/state.ts";
import type { Connection } from "../connection.ts";
import { type Check, check, type Outcome, poll } from "./check.ts";
import { type Child, startChild } from "./child.ts";

/** The agent as which the doctor knocks at the event socket; forgotten when it is done. */
const NAME = "agent-vitals doctor";

/** An agent that says hello and waits for the answer, with nothing of our client. */
const hello = `
const { connect } = require("node:net");
const socket = connect(process.env.AGENT_VITALS_SOCKET, () => socket.write(JSON.stringify({
  type: "hello", protocol: 1, agent: ${JSON.stringify(NAME)}, pid: process.pid,
  startTime: Date.now() / 1000 - process.uptime(), token: process.env.AGENT_VITALS_TOKEN,
}) + "\\n"));
socket.on("data", (data) => process.stdout.write(data));
socket.on("error", (error) => console.log(JSON.stringify({ ok: false, error: error.message })));
setInterval(() => {}, 1000);`;

/** Each door is opened as an agent would. */
export async function doorChecks(connection: Connection, state: WorkspaceState): Promise<Check[]> {
  return [await eventSocket(connection), await otlp(connection, state), await inspector(connection)];
}

function eventSocket(connection: Connection): Promise<Check> {
  const { addresses } = connection;
  return check(
    "Event socket",
    () =>
      withChild(hello, clientEnvironment(addresses), async (child): Promise<Outcome> => {
        const line = await poll(5, async () => /.*(?=\n)/.exec(child.output())?.[0]);
        if (line === undefined) throw new Error(`${addresses.eventSocket} did not answer a client's hello within 5 s.`);
        const { ok, error } = JSON.parse(line) as { ok: boolean; error?: string };
        if (!ok) throw new Error(`${addresses.eventSocket} refused a client's hello: ${error}`);
        return { status: "ok", detail: `${addresses.eventSocket} took a client's hello.` };
      }).finally(() => forget(connection)),
    `See the collector's log: ${addresses.logFile}`,
  );
}

/** Once its process has ended. */
async function forget({ rpc, state }: Connection): Promise<void> {
  const living = ({ runs }: AgentState) => runs.some(({ endTime }) => endTime === undefined);
  await poll(5, async () => {
    const agent = (await state()).agents.find(({ name }) => name === NAME);
    return !agent || !living(agent) ? true : undefined;
  });
  await rpc.sendRequest(Detach, { agent: NAME }).catch(() => {}); // It was never taken in.
}

function otlp({ addresses }: Connection, { otlp }: WorkspaceState): Promise<Check> {
  return check(
    "OpenTelemetry",
    async () => {
      if (!otlp) {
        const advice = "Turn agentVitals.otlp.enabled on in VS Code's settings to take it in.";
        return { status: "info", detail: "A VS Code window of this workspace has it turned off.", advice };
      }
      if (otlp.message !== undefined) throw new Error(otlp.message);
      const env = await agentEnvironment(addresses, { otlp: true, env: {} });
      const [header = "", token = ""] = (env.OTEL_EXPORTER_OTLP_HEADERS ?? "").split("=");
      const url = `http://127.0.0.1:${otlp.port}`;
      const answer = await fetch(`${url}/v1/traces`, {
        method: "POST",
        headers: { "content-type": "application/json", [header]: token },
        body: '{"resourceSpans":[]}',
        signal: AbortSignal.timeout(5000),
      });
      const text = await answer.text();
      if (!answer.ok)
        throw new Error(`${url} answered a request for traces with ${answer.status}: ${text.slice(0, 200)}`);
      return { status: "ok", detail: `${url} takes traces, metrics and logs.` };
    },
    "End the program that holds this port, or listen at another one: agent-vitals listen --otlp-port N.",
  );
}

function inspector({ rpc }: Connection): Promise<Check> {
  return check(
    "Inspector",
    () =>
      withChild("setInterval(() => {}, 1000)", {}, async ({ pid }) => {
        let reason: string | undefined;
        // A process that has just started can't be attached to yet.
        const agent = await poll(8, async () => {
          const attached = await rpc.sendRequest(Attach, { pid });
          reason = attached.message;
          return reason === undefined ? attached.agent : undefined;
        });
        if (agent === undefined) throw new Error(reason ?? "A Node process could not be attached to.");
        await rpc.sendRequest(Detach, { agent });
        return { status: "ok", detail: "A Node process that was started without any flag was attached to, and left." };
      }),
    "Start the agent with --inspect=0 and attach by its port. In a container the process needs to be this user's.",
  );
}

async function withChild<T>(
  source: string,
  env: Record<string, string>,
  use: (child: Child) => Promise<T>,
): Promise<T> {
  const child = await startChild(source, env);
  try {
    return await use(child);
  } finally {
    await child.end();
  }
}
