import { Attach, type AttachParams, Detach } from "../collector/protocol.ts";
import type { Option } from "./command.ts";
import { Failure } from "./command.ts";
import { type Connection, connectHere } from "./connection.ts";

/** Options that name one process. */
export const targetOptions: Readonly<Record<"pid" | "inspect" | "port", Option>> = {
  pid: { value: "N", help: "the process" },
  inspect: { value: "URL", help: "its inspector's WebSocket, ws://127.0.0.1:9229/…" },
  port: { value: "N", help: "its inspector's port on this machine" },
};

/** Attaches to a process for as long as something is asked of it; what a window had attached stays attached. */
export async function whileAttached<T>(
  target: AttachParams,
  act: (connection: Connection, agent: string) => Promise<T>,
): Promise<T> {
  const connection = await connectHere();
  try {
    const { agent, message } = await connection.rpc.sendRequest(Attach, target);
    if (agent === undefined) throw new Failure(message ?? "There is no agent to attach to.");
    const result = await Promise.race([act(connection, agent), connection.lost]);
    await connection.rpc.sendRequest(Detach, { agent });
    return result;
  } finally {
    connection.close();
  }
}
