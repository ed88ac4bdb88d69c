import { Tick, WatchSeries } from "../collector/protocol.ts";
import type { WorkspaceState } from "../model/state.ts";
import type { Connection } from "./connection.ts";
import type { LiveRows } from "./rows.ts";

/** The responses of all agents of a workspace, also of those that come later, as rows. */
export class Watches {
  readonly #connection: Connection;
  readonly #rows: LiveRows;
  /** A connection for each agent: the collector sends each the series of one. */
  readonly #watching = new Map<string, Promise<Connection>>();
  readonly #known: ReadonlySet<string>;
  #over = false;
  /** Rejects when an agent can't be watched. */
  readonly failed: Promise<never>;
  #fail: (reason: unknown) => void = () => {};

  /** @param state what was there before: its responses are no news */
  constructor(connection: Connection, rows: LiveRows, state: WorkspaceState) {
    this.#connection = connection;
    this.#rows = rows;
    this.#known = new Set(state.agents.filter(({ runs }) => runs.length > 0).map(({ name }) => name));
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => {}); // Whoever waits is told.
    connection.onState((now) => this.#look(now));
    this.#look(state);
  }

  /** Prints the last rows and closes the connections. */
  async end(): Promise<void> {
    this.#over = true;
    await Promise.allSettled(
      [...this.#watching].map(async ([agent, opening]) => {
        const connection = await opening;
        // The last tick comes before its answer.
        await connection.rpc.sendRequest(WatchSeries, { agent }).finally(() => connection.close());
      }),
    );
    this.#rows.end();
  }

  #look({ agents }: WorkspaceState): void {
    for (const { name, runs } of agents) {
      if (this.#over || this.#watching.has(name) || runs.length === 0) continue;
      const opening = this.#watch(name);
      opening.catch(this.#fail);
      this.#watching.set(name, opening);
    }
  }

  async #watch(agent: string): Promise<Connection> {
    const connection = await this.#connection.another();
    connection.rpc.onNotification(Tick, ({ responses }) => this.#rows.add(agent, responses));
    const { responses = [] } = (await connection.rpc.sendRequest(WatchSeries, { agent })) ?? {};
    if (this.#known.has(agent)) this.#rows.skip(agent, responses);
    else this.#rows.add(agent, responses);
    return connection;
  }
}
