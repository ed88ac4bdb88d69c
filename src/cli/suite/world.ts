import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Attach,
  BeginMeasurement,
  Detach,
  EndCpuProfile,
  EndMeasurement,
  ExportFile,
  GetHistory,
  GetMeasurement,
  StartAgent,
  StartCpuProfile,
  StopAgent,
} from "../../collector/protocol.ts";
import { maskSecrets } from "../../model/mask.ts";
import { closest } from "../../model/spelling.ts";
import type { AgentState, RunState, WorkspaceState } from "../../model/state.ts";
import type { Profile, SuiteWorld, Watch, Watched } from "../../suites/run/world.ts";
import { Failure } from "../command.ts";
import { type Connection, connectHere } from "../connection.ts";
import { printable, tell } from "../output.ts";
import { ModelServerFigures } from "./modelServers.ts";

/** Of a range: one a second as long as it has no more of them. */
const POINTS = 11_000;
/** Bytes of an output in which its last line is looked for. */
const TAIL = 4096;

/** What a suite needs done, by the collector of a workspace, which is reached when it is first needed. */
export class CollectorWorld implements SuiteWorld {
  readonly #workspace: string;
  /** Watches that are under way. */
  readonly #modelServers = new Set<ModelServerFigures>();
  /** Runs that were started here, by agent. */
  readonly #runs = new Map<string, string>();
  #opening: Promise<Connection> | undefined;

  constructor(workspace: string) {
    this.#workspace = workspace;
  }

  async start(name: string): Promise<boolean> {
    const { rpc, state } = await this.connection();
    if (livingRun(agentOf(await state(), name))) return false;
    const { runId } = await rpc.sendRequest(StartAgent, { agent: name });
    this.#runs.set(name, runId);
    return true;
  }

  async ended(name: string): Promise<string | undefined> {
    const started = this.#runs.get(name);
    if (started === undefined) return undefined;
    const { state } = await this.connection();
    const run = agentOf(await state(), name).runs.find(({ id }) => id === started);
    if (run?.endTime === undefined) return undefined;
    const last = await lastLine(run);
    return last === "" ? endText(run) : `${endText(run)}: ${last}`;
  }

  async stop(name: string): Promise<void> {
    const { rpc } = await this.connection();
    await rpc.sendRequest(StopAgent, { agent: name });
  }

  async watch(agent: string): Promise<Watch> {
    const { rpc, state } = await this.connection();
    const begun = await state();
    const before = livingRun(agentOf(begun, agent));
    const { id } = await rpc.sendRequest(BeginMeasurement, { agent });
    const from = Date.now() / 1000;
    const servers = new ModelServerFigures();
    servers.add(from, begun.modelServers);
    const all = this.#modelServers.add(servers);
    const watched = async (measured: typeof EndMeasurement): Promise<Watched> => {
      const to = Math.max(Date.now() / 1000, from + 1);
      const { voice, queryTypes, histograms = {} } = await rpc.sendRequest(measured, { id, histograms: true });
      const reported = Object.entries(queryTypes).map(([queryType, { count, errors, cancelled }]) => {
        const { durations = [], firstTokens = [] } = histograms[queryType] ?? {};
        return [queryType, { count, errors, cancelled, durations, firstTokens }] as const;
      });
      const known = await state();
      const now = agentOf(known, agent).runs.find(({ id: run }) => run === before?.id);
      const { series } = await rpc
        .sendRequest(GetHistory, { agent, from, to, points: POINTS })
        .catch((error: Error) => {
          tell(`What ${printable(agent)} used is not known: ${error.message}`);
          return { series: [] };
        });
      const ended = now?.endTime !== undefined && !now.stopped ? endText(now) : undefined;
      return {
        series: [...series, ...servers.seriesUntil(to)],
        reported: Object.fromEntries(reported),
        ...(voice && { voice }),
        ...(ended !== undefined && { ended }),
      };
    };
    return {
      soFar: () => watched(GetMeasurement),
      end() {
        all.delete(servers);
        return watched(EndMeasurement);
      },
    };
  }

  async recordedStarts({ agent, queryType, last }: Parameters<SuiteWorld["recordedStarts"]>[0]): Promise<number[]> {
    const { rpc } = await this.connection();
    const folder = await mkdtemp(join(tmpdir(), "agent-vitals-"));
    const file = join(folder, "responses.json");
    const to = Date.now() / 1000;
    try {
      await rpc.sendRequest(ExportFile, { file, format: "json", kinds: ["responses"], agent, from: to - last, to });
      const { responses } = JSON.parse(await readFile(file, "utf8")) as {
        responses: { start: number; queryType: string }[];
      };
      return responses
        .filter((one) => queryType === undefined || one.queryType === queryType)
        .map(({ start }) => start);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async profile(agent: string, interval: number): Promise<Profile> {
    const { rpc, state } = await this.connection();
    const run = livingRun(agentOf(await state(), agent));
    if (!run) throw new Failure(`${printable(agent)} does not run: start it first, or let the suite's setup do so.`);
    // So that an inspector that is opened for this is closed with it.
    if (run.pid > 0) await rpc.sendRequest(Attach, { pid: run.pid });
    const { id } = await rpc.sendRequest(StartCpuProfile, { agent, interval });
    let open = true;
    return {
      async save(file) {
        open = false;
        await rpc.sendRequest(EndCpuProfile, { id, file });
      },
      async drop() {
        // What is still open ends with the connection.
        if (!open) await rpc.sendRequest(Detach, { agent }).catch(() => {});
      },
    };
  }

  connection(): Promise<Connection> {
    this.#opening ??= this.#connect();
    return this.#opening;
  }

  async #connect(): Promise<Connection> {
    // Whoever runs a suite here means the agents that it names to be run.
    const connection = await connectHere({ workspace: this.#workspace, trusted: true, modelServerInterval: 1 });
    connection.onState(({ modelServers }) => {
      for (const one of this.#modelServers) one.add(Date.now() / 1000, modelServers);
    });
    return connection;
  }

  /** The workspace as the collector knows it, where it was needed. */
  async state(): Promise<WorkspaceState | undefined> {
    return (await this.#opening)?.state();
  }

  async close(): Promise<void> {
    const connection = await this.#opening?.catch(() => undefined);
    connection?.close();
  }
}

function agentOf({ agents }: WorkspaceState, name: string): AgentState {
  const known = agents.find((agent) => agent.name === name);
  if (known) return known;
  const names = agents.map((agent) => agent.name);
  const near = closest(name, names);
  const hint = near
    ? `did you mean ${printable(near)}?`
    : names.length > 0
      ? `there are ${names.map(printable).join(", ")}.`
      : "name it in .vscode/agent-vitals.json.";
  throw new Failure(`There is no agent ${printable(name)} here: ${hint}`);
}

const endText = ({ exitCode }: RunState) => (exitCode === undefined ? "it ended" : `it ended with ${exitCode}`);
/** What it last said, where that is kept; empty when it said nothing. */
async function lastLine({ kept }: RunState): Promise<string> {
  const output = kept.find(({ name }) => name === "output.log");
  if (!output) return "";
  const file = await open(output.path).catch(() => undefined);
  if (!file) return "";
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return maskSecrets(buffer.toString("utf8").trim().split("\n").at(-1)?.trim().slice(0, 200) ?? "");
  } finally {
    await file.close();
  }
}

const livingRun = ({ runs }: AgentState) => runs.find(({ endTime }) => endTime === undefined);
