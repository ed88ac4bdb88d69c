import type { SocketClient } from "../inputs/socket/client.ts";
import { EventSocket } from "../inputs/socket/server.ts";
import type { RunState } from "../model/state.ts";
import type { Command, Reply } from "../model/wire.ts";
import type { Addresses } from "./addresses.ts";
import type { Agent } from "./agent.ts";
import type { Binding, Hub } from "./hub.ts";
import type { Logger } from "./log.ts";

/** The clients on the event socket: their events go to the hub, commands go to the clients of an agent. */
export class Clients {
  readonly #log: Logger;
  readonly #bindings = new Map<SocketClient, Binding>();
  readonly #socket: EventSocket;

  constructor({ addresses, hub, log }: { addresses: Addresses; hub: Hub; log: Logger }) {
    this.#log = log;
    const bindings = this.#bindings;
    this.#socket = new EventSocket({
      path: addresses.eventSocket,
      token: addresses.token,
      log,
      sink: {
        // Throws when there is no room: then the client is refused with the reason.
        connected: (client) => void bindings.set(client, hub.connect(client.hello)),
        response: (client, event) => {
          const binding = bindings.get(client);
          if (binding) hub.response(binding, event);
        },
        event: (client, event) => {
          const binding = bindings.get(client);
          if (binding) hub.event(binding, event);
        },
        disconnected: (client) => {
          const binding = bindings.get(client);
          bindings.delete(client);
          if (binding) hub.disconnect(binding);
        },
      },
    });
  }

  listen(): Promise<void> {
    return this.#socket.listen();
  }

  close(): void {
    void this.#socket.close();
  }

  /** Lines that could not be used, by reason. */
  rejected(): Record<string, number> {
    return { ...this.#socket.counters.rejected };
  }

  /** The Python client of a run: that of its own process, else of one of its children. */
  pythonOf(agent: Agent, run: RunState): SocketClient | undefined {
    const clients = [...this.#bindings].filter(([, binding]) => binding.agent === agent && binding.run === run);
    const python = clients.map(([client]) => client).filter(({ hello }) => hello.runtime?.startsWith("Python"));
    return python.find(({ hello }) => hello.pid === run.pid) ?? python[0];
  }

  /** Asks all connected clients of an agent; a client that does not answer within `deadline` seconds counts as failed. */
  command(agent: Agent, name: Command["name"], deadline: number): Promise<Reply[]> {
    const clients = [...this.#bindings].filter(([, binding]) => binding.agent === agent);
    return Promise.all(
      clients.map(([client]) =>
        client.command(name, deadline).catch((error: Error): Reply => {
          this.#log("warning", error.message);
          return { type: "reply", id: "", ok: false, error: error.message };
        }),
      ),
    );
  }
}
