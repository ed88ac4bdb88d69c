import { fork } from "node:child_process";
import { text } from "node:stream/consumers";
import type { SuiteOutline } from "../../model/suiteOutline.ts";
import { END_RUN, type SuiteRunTold } from "../../model/suiteRun.ts";

/** A run that was asked to end and has not done so is ended after so many ms. */
const PATIENCE = 60_000;

export interface KeptBaseline {
  name: string;
  suite: string;
  /** Unix seconds. */
  time: number;
  repeats: number;
}

export interface Ended {
  /** Null: it was killed. */
  code: number | null;
  stdout: string;
  stderr: string;
}

interface Options {
  cwd: string;
  /** Standard input. */
  input?: string;
  /** Ends it: a run keeps what it has measured. */
  signal?: AbortSignal;
  onTold?: (told: SuiteRunTold) => void;
}

/** The command line's `suite`, in a process of its own: the extension host reads no suite and makes no load. */
export class SuiteProgram {
  readonly #program: string;
  readonly #workspace: () => string | undefined;

  /** @param program `dist/cli.js` @param workspace whose agents are started and watched, as the collector names it */
  constructor(program: string, workspace: () => string | undefined) {
    this.#program = program;
    this.#workspace = workspace;
  }

  /** @param input the text of the one file, which is not saved yet */
  async check(files: readonly string[], { cwd, input, signal }: Options): Promise<SuiteOutline[]> {
    const args = ["check", ...files, ...(input === undefined ? [] : ["--stdin"]), "--json"];
    const ended = await this.#start(args, { cwd, ...(input !== undefined && { input }) }, signal);
    return (parsed(ended) as { suites: SuiteOutline[] }).suites;
  }

  /** Those of a workspace folder that can be read. */
  async baselines(cwd: string): Promise<KeptBaseline[]> {
    const { baselines } = parsed(await this.#start(["baselines", "--json"], { cwd })) as { baselines: KeptBaseline[] };
    return baselines.filter(({ suite }) => suite !== undefined);
  }

  run(args: readonly string[], options: Options): Promise<Ended> {
    return this.#start(["run", ...args], options);
  }

  /** @param killing ends it at once, for what keeps nothing */
  async #start(
    args: readonly string[],
    { cwd, input, signal, onTold }: Options,
    killing?: AbortSignal,
  ): Promise<Ended> {
    const child = fork(this.#program, ["suite", ...args], {
      cwd,
      silent: true,
      execArgv: [],
      // On the desktop this process is Electron.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1", AGENT_VITALS_WORKSPACE: this.#workspace() ?? "" },
      ...(killing && { signal: killing }),
    });
    const { stdin, stdout, stderr } = child;
    if (!stdin || !stdout || !stderr) throw new Error("agent-vitals was started without its streams.");
    stdin.on("error", () => {}); // It ended before it had read all, which its exit code tells.
    stdin.end(input ?? "");
    let killer: NodeJS.Timeout | undefined;
    const end = () => {
      if (child.connected) child.send(END_RUN);
      killer ??= setTimeout(() => child.kill("SIGKILL"), PATIENCE);
    };
    if (onTold) child.on("message", onTold as (message: unknown) => void);
    if (signal?.aborted) end();
    signal?.addEventListener("abort", end, { once: true });
    try {
      const closed = new Promise<number | null>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", resolve);
      });
      const [code, out, errors] = await Promise.all([closed, text(stdout), text(stderr)]);
      return { code, stdout: out, stderr: errors };
    } finally {
      clearTimeout(killer);
      signal?.removeEventListener("abort", end);
    }
  }
}

/** @throws with what it said instead of a document */
function parsed({ code, stdout, stderr }: Ended): unknown {
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(complaintOf({ code, stdout, stderr }));
  }
}

/** The last thing that it said of why it could not. */
export function complaintOf({ code, stderr }: Ended): string {
  const said = stderr
    .trim()
    .split("\n")
    .at(-1)
    ?.replace(/^agent-vitals: /, "");
  return said || `agent-vitals suite ended with ${code ?? "a signal"} and said nothing.`;
}
