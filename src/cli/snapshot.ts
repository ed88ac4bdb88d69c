import { resolve } from "node:path";
import {
  Attach,
  CancelHeapSnapshot,
  Detach,
  EstimateHeapSnapshot,
  TakeHeapSnapshot,
  type TakenHeapSnapshot,
} from "../collector/protocol.ts";
import { formatBytes, formatDuration } from "../model/format.ts";
import { pauseText } from "../model/snapshotCost.ts";
import { type Command, Failure, UsageError, type Values } from "./command.ts";
import { type Connection, connectHere } from "./connection.ts";
import { awaitEnding } from "./ending.ts";
import { numberOf } from "./options.ts";
import { print, printable, printJson, tell } from "./output.ts";

/** Seconds: about the pause of a heap of 100 MiB, above which a window asks too. */
const LONGEST = 15;

export const snapshot: Command = {
  name: "snapshot",
  summary: "write a heap snapshot of a Node agent into a file",
  usage: "snapshot (--agent NAME | --pid N) [--output FILE] [--longest S] [--json]",
  options: {
    agent: { value: "NAME", help: "the agent, one that runs and is known here" },
    pid: { value: "N", help: "its process; an inspector is opened if need be" },
    output: { value: "FILE", help: "where to write; an existing file is replaced. Default: beside the run's log" },
    longest: { value: "S", help: `take none that may pause the agent for more seconds; default ${LONGEST}` },
    json: { help: "say what was written as one JSON document" },
  },
  details: `The agent does nothing else meanwhile: for 0.05 to 0.14 s a MB of its heap, which is said before. Ctrl+C gives
up and leaves no file, but can't shorten the pause. The file holds what the heap does, prompts and answers too.`,

  async run(values) {
    const target = targetOf(values);
    const longest = numberOf(values, "longest", { whole: false, min: 0 }) ?? LONGEST;
    const file = typeof values.output === "string" ? resolve(values.output) : undefined;
    const connection = await connectHere();
    try {
      const agent = await attachTo(connection, target);
      const taken = await take(connection, { agent, ...(file !== undefined && { file }) }, longest);
      // Where a window had attached it, it stays attached.
      await connection.rpc.sendRequest(Detach, { agent });
      const { size, pause } = taken;
      if (values.json) printJson({ agent, ...taken });
      else print(`${formatBytes(size)} in ${taken.file}, ${printable(agent)} paused ${formatDuration(pause)}`);
      return 0;
    } finally {
      connection.close();
    }
  },
};

/** @throws {UsageError} unless one thing is named */
function targetOf(values: Values): { name: string } | { pid: number } {
  const pid = numberOf(values, "pid", { min: 1 });
  const { agent } = values;
  if (pid !== undefined && agent === undefined) return { pid };
  if (typeof agent === "string" && pid === undefined) return { name: agent };
  throw new UsageError(`${agent === undefined ? "Say of which agent" : "Of one agent"}: --agent NAME or --pid N.`);
}

/** So that what is opened for this is closed with it. */
async function attachTo({ rpc, state }: Connection, target: { name: string } | { pid: number }): Promise<string> {
  if ("pid" in target) {
    const { agent } = await rpc.sendRequest(Attach, target);
    if (agent === undefined) throw new Failure("There is no agent to attach to.");
    return agent;
  }
  const { agents } = await state();
  const known = agents.find(({ name }) => name === target.name);
  if (!known) {
    const names = agents.map(({ name }) => printable(name)).join(", ");
    throw new Failure(
      `There is no agent ${printable(target.name)} here: ${names ? `there are ${names}` : "there is none"}.`,
    );
  }
  const run = known.runs.find(({ endTime }) => endTime === undefined);
  if (!run) throw new Failure(`${printable(target.name)} does not run: start it first.`);
  if (run.pid > 0) await rpc.sendRequest(Attach, { pid: run.pid });
  return target.name;
}

async function take(
  { rpc, answer }: Connection,
  what: { agent: string; file?: string },
  longest: number,
): Promise<TakenHeapSnapshot> {
  const { heap, pause } = await rpc.sendRequest(EstimateHeapSnapshot, what);
  const who = printable(what.agent);
  if (pause.to > longest)
    throw new Failure(
      `${who} would pause for ${pauseText(pause)}, its heap holds ${formatBytes(heap)}: allow it with --longest ${Math.ceil(pause.to)}.`,
    );
  tell(`${who} pauses for ${pauseText(pause)}, its heap holds ${formatBytes(heap)}.`);
  const id = 1;
  const ending = awaitEnding();
  ending.asked.then(() => rpc.sendNotification(CancelHeapSnapshot, { id })).catch(() => {});
  try {
    return await answer(rpc.sendRequest(TakeHeapSnapshot, { ...what, id }));
  } finally {
    ending.dispose();
  }
}
