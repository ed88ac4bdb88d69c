import { processTrees } from "../inputs/sampling/process/tree.ts";
import type { Identify, ProcessInfo } from "../model/process.ts";
import type { Hub } from "./hub.ts";

/** Node and Python programs that run others, by what they are called or the package that they belong to. */
const LAUNCHERS =
  "npm|npx|pnpm|pnpx|yarn|corepack|tsx|ts-node-dev|nodemon|node-dev|cross-env|env-cmd|dotenv|dotenvx|concurrently|turbo|nx|uv|uvx|poetry|pipenv|hatch|pdm|conda|tox|nox|honcho|watchmedo|watchfiles";
const LAUNCHER = new RegExp(
  `^(${LAUNCHERS})(-cli|-[\\d.]+)?(\\.[cm]?js|\\.py)?$|/(node_modules|site-packages)/(${LAUNCHERS})/`,
);
/** Options whose value is a file that runs, or a module, before the program does. */
const PRELOADS = /^(-r|--require|--import|--loader|--experimental-loader|-C|--conditions)$/;

export interface AgentUnderOptions {
  hub: Pick<Hub, "runOf">;
  identify: Identify;
  listProcesses: () => Promise<ProcessInfo[]>;
}

/**
 * The process of the agent that a command started, which may be a shell's, npm's or uv's: one that has a client, else
 * the first Node or Python program that is no launcher of others. The command was started in a group of its own.
 * @throws while none is there, with what to do
 */
export async function agentUnder(
  command: number,
  { hub, identify, listProcesses }: AgentUnderOptions,
): Promise<number> {
  const tree = new Set((await processTrees([command])).get(command));
  const below = (await listProcesses())
    .filter(({ pid }) => tree.has(pid) || identify(pid)?.group === command)
    .sort((a, b) => a.startTime - b.startTime || a.pid - b.pid);
  const found =
    below.find(({ pid }) => hub.runOf(pid)) ??
    below.find((info) => (info.kind === "node" || info.kind === "python") && !isLauncher(info));
  if (found) return found.pid;
  const seen = below.length > 0 ? `only ${[...new Set(below.map(({ name }) => name))].join(", ")}` : "nothing";
  throw new Error(
    `No Node or Python program was found under the command, ${seen}: give the one that runs the agent, as in -- node agent.mjs.`,
  );
}

/** By its own title, as npm sets it, or by the first argument that is no option. */
export function isLauncher({ commandLine }: Pick<ProcessInfo, "commandLine">): boolean {
  const [program = "", ...args] = commandLine.replaceAll('"', "").split(" ");
  const script =
    args[0] === "-m" ? args[1] : args.find((arg, i) => !arg.startsWith("-") && !PRELOADS.test(args[i - 1] ?? ""));
  return [program, script ?? ""].some((word) => {
    const path = word.replaceAll("\\", "/");
    return LAUNCHER.test(path) || LAUNCHER.test(path.slice(path.lastIndexOf("/") + 1));
  });
}
