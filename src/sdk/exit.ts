import type { Connection } from "./connection.ts";

const PATIENCE = 500;
const connections = new Set<Connection>();

// One pair of listeners for all monitors of a process: more would look like a leak to it.
function beforeExit(): void {
  for (const connection of connections) {
    if (connection.busy) void connection.drain(PATIENCE);
  }
}
function exit(): void {
  for (const connection of connections) connection.lastWrite();
}

/** Sends what is queued when the process ends by itself (half a second at most) or by `process.exit` (what fits). */
export function sendBeforeExit(connection: Connection): void {
  if (connections.size === 0) process.on("beforeExit", beforeExit).on("exit", exit);
  connections.add(connection);
}

/** Undoes {@link sendBeforeExit}. */
export function forgetAtExit(connection: Connection): void {
  if (connections.delete(connection) && connections.size === 0) {
    process.off("beforeExit", beforeExit).off("exit", exit);
  }
}
