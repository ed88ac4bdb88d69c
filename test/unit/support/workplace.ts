import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Addresses, workspaceAddresses } from "../../../src/collector/addresses.ts";
import { type CollectorConnection, connectCollector } from "../../../src/collector/client.ts";
import { type CollectorSettings, Configure, GetState } from "../../../src/collector/protocol.ts";
import type { AgentState, WorkspaceState } from "../../../src/model/state.ts";
import { until } from "../../support/until.ts";

const program = join(import.meta.dirname, "..", "..", "..", "src", "collector", "main.ts");

/** A workspace of its own in a temporary folder, with real collectors started for it, all of which end with it. */
export class Workplace {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), "av-")));
  readonly folder = join(this.root, "workspace");
  readonly addresses: Addresses;
  readonly #collectors = new Set<number>();
  readonly #connections: CollectorConnection[] = [];

  constructor() {
    mkdirSync(this.folder);
    process.env.XDG_RUNTIME_DIR = this.root;
    process.env.XDG_STATE_HOME = join(this.root, "state");
    this.addresses = workspaceAddresses(this.folder);
  }

  write(name: string, text: string): void {
    mkdirSync(join(this.folder, name, ".."), { recursive: true });
    writeFileSync(join(this.folder, name), text);
  }

  config(...agents: object[]): void {
    this.write(".vscode/agent-vitals.json", JSON.stringify({ version: 1, agents }));
  }

  /** A window's connection, with its settings told. */
  async connect(version = "1.0.0", settings: Partial<CollectorSettings> = {}): Promise<CollectorConnection> {
    const connection = await connectCollector({
      addresses: this.addresses,
      program,
      client: { version, kind: "window", pid: process.pid },
    });
    this.#collectors.add(connection.pid);
    this.#connections.push(connection);
    await connection.rpc.sendRequest(Configure, {
      folders: [this.folder],
      samplingInterval: 0.2,
      thresholds: { talker: 2 },
      keepAgents: false,
      trusted: true,
      ...settings,
    });
    return connection;
  }

  /** Waits for what a launched run prints. */
  output(runId: string, pattern: RegExp): Promise<string> {
    const file = join(this.addresses.runsFolder, runId, "output.log");
    return until(`${pattern} in what ${runId} prints`, () =>
      existsSync(file) ? pattern.exec(readFileSync(file, "utf8"))?.[0] : undefined,
    );
  }

  /** Ends all collectors, which end their agents, and removes the folder. */
  async dispose(): Promise<void> {
    for (const connection of this.#connections) connection.close();
    for (const pid of this.#collectors) if (alive(pid)) process.kill(pid, "SIGTERM");
    await until("the collectors have ended", () => ![...this.#collectors].some(alive));
    rmSync(this.root, { recursive: true, force: true, maxRetries: 3 });
  }
}

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export function stateOf(connection: CollectorConnection): Promise<WorkspaceState> {
  return connection.rpc.sendRequest(GetState);
}

export function agentThat(
  connection: CollectorConnection,
  name: string,
  fits: (agent: AgentState) => boolean,
): Promise<AgentState> {
  let last: AgentState | undefined;
  return until(`${name} fits ${fits}`, async () => {
    last = (await stateOf(connection)).agents.find((a) => a.name === name);
    return last && fits(last) ? last : undefined;
  });
}
