import type * as api from "./api.ts";
import { IdleMonitor } from "./idle.ts";
import { ConnectedMonitor } from "./monitor.ts";

export type * from "./api.ts";

export const createMonitor: typeof api.createMonitor = (options = {}) => {
  const socket = options.socket ?? process.env.AGENT_VITALS_SOCKET;
  return socket ? new ConnectedMonitor(socket, options) : new IdleMonitor(options.agent ?? "agent");
};
