import type * as api from "./api.ts";
import { IdleMonitor } from "./idle.ts";
import { ConnectedMonitor } from "./monitor.ts";

export type * from "./api.ts";

export const createMonitor: typeof api.createMonitor = (given) => {
  const options = given ?? {}; // Plain JavaScript may pass null, and a client never throws into its agent.
  const socket = options.socket ?? process.env.AGENT_VITALS_SOCKET;
  return socket ? new ConnectedMonitor(socket, options) : new IdleMonitor(options.agent ?? "agent");
};
