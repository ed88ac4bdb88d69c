import { setTimeout as sleep } from "node:timers/promises";
import { clientEnvironment } from "../collector/environment.ts";
import {
  Attach,
  type AttachParams,
  CancelLeakHunt,
  Detach,
  HuntLeaks,
  type HuntLeaksParams,
  type LeakHuntAction,
  LeakHuntProgressed,
} from "../collector/protocol.ts";
import type { LeakReport } from "../model/leaks.ts";
import { type Command, Failure, UsageError, type Values } from "./command.ts";
import { type Connection, connectHere } from "./connection.ts";
import { awaitEnding, type Ending } from "./ending.ts";
import { leakReport } from "./leakReport.ts";
import { numberOf } from "./options.ts";
import { print, printable, printJson, tell } from "./output.ts";
import { StartedCommand } from "./startedCommand.ts";
import { targetOf } from "./target.ts";

const TURNS = 1000;
/** Seconds. */
const DURATION = 120;
const LONGEST = 15;
/** Seconds in which a program that is started here opens its inspector and answers its first request. */
const STARTING = 20;
/** And the inspector of one that runs already. */
const PATIENCE = 3;

export const leaks: Command = {
  name: "leaks",
  summary: "find what leaks in a Node or Python agent, what holds it, and the line that makes it",
  usage: "leaks [OPTIONS] (--pid N | --inspect URL | --port N | -- COMMAND…)",
  options: {
    pid: { value: "N", help: "the process; an inspector is opened if need be" },
    inspect: { value: "URL", help: "its inspector's WebSocket, ws://127.0.0.1:9229/…" },
    port: { value: "N", help: "its inspector's port on this machine" },
    action: { value: "URL", help: "request this once a turn: GET, or POST with a body" },
    method: { value: "M", help: "the method of the action" },
    body: { value: "JSON", help: "the body of the action" },
    turns: { value: "N", help: `how many turns; default ${TURNS}` },
    duration: { value: "S", help: `begin no more turns after so many seconds; default ${DURATION}` },
    "no-snapshot": { help: "take no heap snapshots, trace nothing in Python: trends, and what that leaves" },
    exact: { help: "track the stack of every object: exact functions, and an agent up to 35 times slower" },
    longest: { value: "S", help: `take no snapshot that may pause the agent for more seconds; default ${LONGEST}` },
    keep: { help: "keep the three snapshots" },
    json: { help: "print the report as one JSON document" },
  },
  takesCommand: true,
  details: `Lets the agent do turns, collects its garbage after some of them, and judges what stays. Three heap snapshots
between them tell what grew, who holds it and which line made it; each pauses the agent for 0.05 to 0.14 s a MB of
its heap. A Python agent is asked by its own client, which traces its allocations meanwhile: it runs slower until
the hunt ends, up to 24 times where it does nothing but allocate.
Without --action the hunt waits for turns that others make. COMMAND is started here, and stopped in the end with all that it started:
a shell, npm or uv may run the agent.
--exact names the functions by which what grew was allocated, where two do the same under one name; the agent
allocates 4 to 35 times slower for the hunt's length, so allow it more --duration.
Exit codes of this command: 0 no leak, 1 a leak, 2 could not tell.`,

  async run(values, command) {
    const params = paramsOf(values);
    if (params.exact && !params.snapshots)
      throw new UsageError("--exact tells its stacks by snapshots: leave --no-snapshot out.");
    const target = command.length > 0 ? undefined : targetOf(values);
    if (!target && ["pid", "inspect", "port"].some((name) => values[name] !== undefined))
      throw new UsageError("Name a process or a command to start, not both.");
    const connection = await connectHere();
    const ending = awaitEnding();
    let started: StartedCommand | undefined;
    try {
      if (!target) started = await StartedCommand.start(command, clientEnvironment(connection.addresses));
      const ready = started
        ? attachToStarted(connection, started, params.action)
        : attachPatiently(connection, target ?? {}, PATIENCE);
      const agent = await unlessEnding(ending, ready);
      if (params.exact)
        tell(
          `${printable(agent)} allocates up to 35 times slower until the hunt ends: every object's stack is tracked.`,
        );
      const report = await hunt(connection, ending, { agent, ...params }, values.json !== true);
      await connection.rpc.sendRequest(Detach, { agent });
      if (values.json) printJson(report);
      else print(leakReport(report, agent));
      return { "no-leak": 0, leak: 1, inconclusive: 2 }[report.verdict];
    } finally {
      connection.close();
      await stop(started);
      ending.dispose();
    }
  },
};

function paramsOf(values: Values): Omit<HuntLeaksParams, "agent" | "id"> {
  const action = actionOf(values);
  return {
    turns: numberOf(values, "turns", { min: 20 }) ?? TURNS,
    duration: numberOf(values, "duration", { whole: false, min: 1, max: 1_000_000 }) ?? DURATION,
    ...(action && { action }),
    snapshots: values["no-snapshot"] !== true,
    exact: values.exact === true,
    longestPause: numberOf(values, "longest", { whole: false, min: 0 }) ?? LONGEST,
    keep: values.keep === true,
  };
}

/** @throws {UsageError} */
function actionOf({ action, method, body }: Values): LeakHuntAction | undefined {
  if (typeof action !== "string") {
    if (method === undefined && body === undefined) return undefined;
    throw new UsageError("--method and --body belong to an --action URL.");
  }
  if (!URL.canParse(action) || !/^https?:$/.test(new URL(action).protocol))
    throw new UsageError(`--action needs an http URL, not ${JSON.stringify(action)}.`);
  const name = typeof method === "string" ? method.toUpperCase() : body === undefined ? "GET" : "POST";
  if (!/^[A-Z]+$/.test(name)) throw new UsageError(`--method needs an HTTP method, not ${JSON.stringify(method)}.`);
  if (typeof body !== "string") return { url: action, method: name };
  try {
    JSON.parse(body);
  } catch (error) {
    throw new UsageError(`--body is no JSON: ${(error as Error).message}`);
  }
  return { url: action, method: name, body };
}

/** All of it; at a second signal at once. */
async function stop(started: StartedCommand | undefined): Promise<void> {
  if (!started) return;
  const kill = () => started.kill();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, kill);
  await started.stop();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, kill);
}

/** @throws {Failure} when it was asked to end before */
async function unlessEnding<T>(ending: Ending, work: Promise<T>): Promise<T> {
  const asked = ending.asked.then((): never => {
    throw new Failure("It was ended before the hunt began.");
  });
  asked.catch(() => {});
  return await Promise.race([asked, work]);
}

async function attachTo({ rpc }: Connection, target: AttachParams): Promise<string> {
  const { agent, message } = await rpc.sendRequest(Attach, target);
  if (agent === undefined || message !== undefined) throw new Failure(message ?? "There is no agent to attach to.");
  return agent;
}

/** A process that has just been started has no inspector yet. */
async function attachPatiently(
  connection: Connection,
  target: AttachParams,
  patience: number,
  check = () => {},
): Promise<string> {
  for (const end = performance.now() + patience * 1000; ; await sleep(300)) {
    try {
      return await attachTo(connection, target);
    } catch (error) {
      check();
      if (performance.now() > end) throw error;
    }
  }
}

async function attachToStarted(
  connection: Connection,
  started: StartedCommand,
  action: LeakHuntAction | undefined,
): Promise<string> {
  const target: AttachParams = { pid: started.pid, started: true };
  const agent = await attachPatiently(connection, target, STARTING, () => throwIfEnded(started));
  if (action) await awaitAnswer(action, started);
  return agent;
}

function throwIfEnded({ ending }: StartedCommand): void {
  if (ending !== undefined) throw new Failure(`The program ended ${ending} before its first turn.`);
}

async function awaitAnswer({ url }: LeakHuntAction, started: StartedCommand): Promise<void> {
  const { hostname, port, protocol } = new URL(url);
  const { connect } = await import("node:net");
  for (const end = performance.now() + STARTING * 1000; ; ) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(Number(port || (protocol === "https:" ? 443 : 80)), hostname.replace(/[[\]]/g, ""));
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (open) return;
    throwIfEnded(started);
    if (performance.now() > end) throw new Failure(`Nothing listens at ${url} after ${STARTING} s.`);
    await sleep(100);
  }
}

async function hunt(
  { rpc, answer }: Connection,
  ending: Ending,
  params: Omit<HuntLeaksParams, "id">,
  wantsProgress: boolean,
): Promise<LeakReport> {
  const id = 1;
  ending.asked.then(() => rpc.sendNotification(CancelLeakHunt, { id })).catch(() => {});
  let told = "";
  const progress = rpc.onNotification(LeakHuntProgressed, ({ step, share, turns }) => {
    const line = `${step}, ${Math.round((share * 100) / 10) * 10} %`;
    if (wantsProgress && line !== told) tell(`${line}, ${turns} turns`);
    told = line;
  });
  try {
    return await answer(rpc.sendRequest(HuntLeaks, { ...params, id }));
  } finally {
    progress.dispose();
  }
}
