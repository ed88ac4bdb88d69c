import { chmodSync, unlinkSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import type { NotificationType } from "vscode-jsonrpc";
import {
  createMessageConnection,
  type MessageConnection,
  SocketMessageReader,
  SocketMessageWriter,
} from "vscode-jsonrpc/node";
import type { AgentLeaks, LeakReported } from "../model/leaks.ts";
import type { AgentSeries, WorkspaceState } from "../model/state.ts";
import { CliAttachments } from "./cliAttachments.ts";
import type { Collector } from "./collector.ts";
import { serveCpuProfiles } from "./cpuProfileRequests.ts";
import { serveHeaps } from "./heapRequests.ts";
import { serveHeapSnapshots } from "./heapSnapshotRequests.ts";
import { serveLeakHunts } from "./leakHuntRequests.ts";
import { serveMeasurements } from "./measurementRequests.ts";
import {
  Attach,
  CleanUpAgent,
  Configure,
  DeleteRecord,
  Detach,
  ExportFile,
  type ExportSettings,
  FollowOutput,
  GetHistory,
  GetState,
  GetTurn,
  Initialize,
  InspectAgent,
  LeakHuntEnded,
  LeaksChanged,
  ListProcesses,
  ListRuns,
  ListSeries,
  LogLine,
  MeasurePss,
  Output,
  QueryLatency,
  QuerySeries,
  RestartAgent,
  SendInput,
  SendSignal,
  StartAgent,
  StateChanged,
  StopAgent,
  SummarizeRecord,
  Tick,
  TraceAllocations,
  UnfollowOutput,
  WatchSeries,
} from "./protocol.ts";
import { serveRemedies } from "./remedyRequests.ts";
import { told } from "./told.ts";

/** A window or a CLI. */
interface Client {
  rpc: MessageConnection;
  socket: Socket;
  initialized: boolean;
  kind: "window" | "cli";
  /** Has told its settings. */
  configured: boolean;
  /** What it wants exported, as long as it is here. */
  exports: ExportSettings;
  /** The agent whose series it is sent. */
  watched: string | undefined;
  /** How to stop following the output of a run. */
  followed: Map<string, () => void>;
}

/** Serves the collector's RPC on its control socket (0600): who may connect is who may read this user's files. */
export class ControlServer {
  readonly #collector: Collector;
  readonly #clients = new Set<Client>();
  readonly #server: Server;
  readonly #cliAttachments: CliAttachments;
  /** Called when the last client has left, and when one came. */
  onClients: (count: number) => void = () => {};

  constructor(collector: Collector) {
    this.#collector = collector;
    this.#cliAttachments = new CliAttachments(collector);
    this.#server = createServer((socket) => this.#accept(socket));
  }

  listen(path: string): Promise<void> {
    // Ours alone by the lock: what lies there is left from a collector that died.
    if (process.platform !== "win32") removeStale(path);
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(path, () => {
        if (process.platform !== "win32") chmodSync(path, 0o600);
        resolve();
      });
    });
  }

  close(): void {
    this.#server.close();
    for (const client of this.#clients) client.socket.destroy();
  }

  /** Agents that some client watches. */
  watched(): Set<string> {
    return new Set([...this.#clients].flatMap((client) => client.watched ?? []));
  }

  /** Agents whose processes and inspectors are attached to for CLIs alone. */
  held(): { processes: Set<string>; inspectors: Set<string> } {
    return this.#cliAttachments.agents();
  }

  sendState(state: WorkspaceState): void {
    for (const client of this.#clients) if (client.initialized) void notify(client, StateChanged, state);
  }

  sendTick(series: AgentSeries): void {
    for (const client of this.#clients) if (client.watched === series.agent) void notify(client, Tick, series);
  }

  sendLeaks(leaks: AgentLeaks): void {
    for (const client of this.#clients) if (client.watched === leaks.agent) void notify(client, LeaksChanged, leaks);
  }

  sendLeakReport(reported: LeakReported): void {
    for (const client of this.#clients) if (client.initialized) void notify(client, LeakHuntEnded, reported);
  }

  sendLog(severity: "info" | "warning" | "error", message: string): void {
    for (const client of this.#clients) if (client.initialized) void notify(client, LogLine, { severity, message });
  }

  #accept(socket: Socket): void {
    const rpc = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
    const client: Client = {
      rpc,
      socket,
      initialized: false,
      kind: "window",
      configured: false,
      exports: {},
      watched: undefined,
      followed: new Map(),
    };
    this.#clients.add(client);
    const dropMeasurements = serveMeasurements(rpc, this.#collector);
    const dropProfiles = serveCpuProfiles(rpc, this.#collector);
    const closeHeaps = serveHeaps(rpc, this.#collector.heapWorker);
    const cancelSnapshots = serveHeapSnapshots(rpc, this.#collector);
    const cancelHunts = serveLeakHunts(rpc, this.#collector);
    const endRecordings = serveRemedies(rpc, this.#collector);
    this.onClients(this.#clients.size);
    socket.on("error", () => socket.destroy());
    const collector = this.#collector;
    socket.on("close", () => {
      for (const stop of client.followed.values()) stop();
      dropMeasurements();
      dropProfiles();
      closeHeaps();
      cancelSnapshots();
      cancelHunts();
      endRecordings();
      this.#cliAttachments
        .leaveAll(client)
        .catch((error: Error) => this.sendLog("warning", `A CLI's attachment could not be left: ${error.message}`));
      rpc.dispose();
      this.#clients.delete(client);
      void collector.setExports(this.#exports());
      this.onClients(this.#clients.size);
    });
    rpc.onError(() => socket.destroy());
    this.#serve(client);
    rpc.listen();
  }

  /** What any client wants exported; a window's word goes before a CLI's, and a later one's before an earlier one's. */
  #exports(): ExportSettings {
    const asked = [...this.#clients].sort((a, b) => Number(a.kind === "window") - Number(b.kind === "window"));
    return Object.assign({}, ...asked.map(({ exports }) => exports));
  }

  /** By somebody else's settings, which a CLI must not change. */
  #isServed(client: Client): boolean {
    return [...this.#clients].some((other) => other !== client && other.configured);
  }

  #serve(client: Client): void {
    const { rpc } = client;
    const collector = this.#collector;
    rpc.onRequest(Initialize, ({ version, kind }) => {
      const accepted = version === collector.version;
      const leaving = isNewer(version, collector.version);
      client.initialized = accepted;
      client.kind = kind;
      // Leaves after the answer is out; agents go on and are adopted by the client's own collector.
      if (leaving) setTimeout(() => collector.handOver(version), 10);
      return { version: collector.version, pid: process.pid, accepted, leaving };
    });
    rpc.onRequest(
      Configure,
      told(async (settings) => {
        const served = this.#isServed(client);
        client.configured = true;
        client.exports = settings.exports ?? {};
        const exports = this.#exports();
        const denied = (Object.keys(client.exports) as (keyof ExportSettings)[]).filter(
          (kind) => JSON.stringify(exports[kind]) !== JSON.stringify(client.exports[kind]),
        );
        if (denied.length > 0) {
          const said = `Somebody else of this workspace exports to another place already (${denied.join(", ")}), and one place of a kind can be had: leave that to them, or end it there first.`;
          client.exports = {};
          if (client.kind !== "window") throw new Error(said);
          this.sendLog("warning", said);
        }
        await collector.setExports(exports);
        if (client.kind === "window") await collector.configure(settings);
        // A CLI launches no agents, and must not stop those that a window left running.
        else if (!served) await collector.configure({ ...settings, keepAgents: collector.keepAgents });
        void notify(client, StateChanged, collector.state());
      }),
    );
    rpc.onRequest(
      GetState,
      told(() => collector.state()),
    );
    rpc.onRequest(
      StartAgent,
      told(({ agent }) => collector.startAgent(agent)),
    );
    rpc.onRequest(
      StopAgent,
      told(({ agent }) => collector.stopAgent(agent)),
    );
    rpc.onRequest(
      RestartAgent,
      told(({ agent }) => collector.restartAgent(agent)),
    );
    rpc.onRequest(
      CleanUpAgent,
      told(({ agent }) => collector.cleanUp(agent)),
    );
    rpc.onRequest(
      ListProcesses,
      told(() => collector.listProcesses()),
    );
    rpc.onRequest(
      Attach,
      told(async (params) => {
        if (client.kind === "cli") return this.#cliAttachments.attach(client, params);
        const result = await collector.attach(params);
        if (result.agent !== undefined) this.#cliAttachments.giveAway(result.agent);
        return result;
      }),
    );
    rpc.onRequest(
      InspectAgent,
      told(({ agent }) => collector.inspect(agent)),
    );
    rpc.onRequest(
      GetTurn,
      told(({ agent, index }) => collector.turn(agent, index)),
    );
    rpc.onRequest(
      TraceAllocations,
      told(async ({ agent, action }) => ({ allocations: await collector.traceAllocations(agent, action) })),
    );
    rpc.onRequest(
      Detach,
      told(({ agent }) => {
        if (client.kind === "cli") return this.#cliAttachments.leave(client, agent);
        this.#cliAttachments.giveAway(agent);
        return collector.detach(agent);
      }),
    );
    rpc.onRequest(
      WatchSeries,
      told(({ agent }) => {
        // Other watchers of it get what has come so far before the whole is read, which counts as sent.
        if (agent !== undefined) collector.tick(agent);
        client.watched = agent;
        return agent === undefined ? undefined : collector.series(agent);
      }),
    );
    this.#serveRecord(rpc);
    rpc.onRequest(
      FollowOutput,
      told(({ runId, offset }) => {
        client.followed.get(runId)?.();
        const stop = collector.followOutput(runId, offset, (data, end) => notify(client, Output, { runId, data, end }));
        client.followed.set(runId, stop);
      }),
    );
    rpc.onNotification(UnfollowOutput, ({ runId }) => {
      client.followed.get(runId)?.();
      client.followed.delete(runId);
    });
    rpc.onRequest(
      SendInput,
      told(({ runId, data }) => collector.sendInput(runId, data)),
    );
    rpc.onRequest(
      SendSignal,
      told(({ runId, signal }) => collector.sendSignal(runId, signal)),
    );
  }

  #serveRecord(rpc: MessageConnection): void {
    const { recorder } = this.#collector;
    rpc.onRequest(
      GetHistory,
      told((query) => recorder.history(query)),
    );
    rpc.onRequest(
      QuerySeries,
      told((query) => recorder.source.series(query)),
    );
    rpc.onRequest(
      QueryLatency,
      told((query) => recorder.source.latency(query)),
    );
    rpc.onRequest(
      ListSeries,
      told((range) => recorder.source.list(range)),
    );
    rpc.onRequest(
      ListRuns,
      told((range) => recorder.source.runs(range)),
    );
    rpc.onRequest(
      ExportFile,
      told((params) => recorder.exportFile(params)),
    );
    rpc.onRequest(
      SummarizeRecord,
      told(() => recorder.summary()),
    );
    rpc.onRequest(
      DeleteRecord,
      told((what) => recorder.delete(what)),
    );
    rpc.onRequest(
      MeasurePss,
      told(async ({ agent }) => ({ pss: await this.#collector.measurePss(agent) })),
    );
  }
}

/** A window that takes nothing for so long (bytes) hangs: it is let go, and finds us again when it wakes. */
const MOST_UNSENT = 64 * 1024 * 1024;

/** To a client that is leaving a message is lost, which is what leaving means. */
async function notify<P>(client: Client, type: NotificationType<P>, params: P): Promise<void> {
  if (client.socket.writableLength > MOST_UNSENT) client.socket.destroy();
  await client.rpc.sendNotification(type.method, params).catch(() => {});
}

/** True when version `a` (`1.2.3`) is newer than `b`: only then does the one that serves give way. */
function isNewer(a: string, b: string): boolean {
  return a.localeCompare(b, "en", { numeric: true }) > 0;
}

function removeStale(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
