import { isLoopback } from "./address.ts";
import { inspectorEndpoint } from "./endpoint.ts";
import { inspectorFlags, listenersBesideMain, type TcpTable } from "./linuxSockets.ts";
import { socketsOf, type TcpSocket } from "./sockets.ts";

/** Node's port unless it is told another. */
export const DEFAULT_PORT = 9229;

export interface InspectorAddress {
  host: string;
  port: number;
  url: URL;
}

/** The open inspector of a process; `seconds` is the patience with each port that may be one. Undefined when there is none. */
export async function findInspector(pid: number, seconds = 1): Promise<InspectorAddress | undefined> {
  const sockets =
    process.platform === "linux" ? linuxCandidates(pid) : (await socketsOf(pid)).filter(({ listening }) => listening);
  for (const { host, port } of likeliestFirst(sockets)) {
    const url = await inspectorEndpoint(host, port, seconds).catch(() => undefined);
    if (url) return { host, port, url };
  }
  return undefined;
}

/**
 * The port of a process's inspector, told from its sockets without connecting: a server in a worker thread may be
 * mistaken for it. Linux alone; `table` is that of all sockets.
 */
export function inspectorPort(pid: number, table: TcpTable): number | undefined {
  return likeliestFirst(linuxCandidates(pid, table))[0]?.port;
}

/** An agent's own servers are no candidates, so that they get no requests of ours. */
function linuxCandidates(pid: number, table?: TcpTable): TcpSocket[] {
  const { sockets, sure } = listenersBesideMain(pid, table);
  if (sure || sockets.length === 0) return sockets;
  const ports = [DEFAULT_PORT, ...inspectorFlags(pid)];
  return sockets.filter(({ port }) => ports.includes(port));
}

/** As we reach them; those of other interfaces are left out. */
function likeliestFirst(sockets: TcpSocket[]): TcpSocket[] {
  return sockets
    .map((socket) => ({ ...socket, host: { "0.0.0.0": "127.0.0.1", "::": "::1" }[socket.host] ?? socket.host }))
    .filter(({ host }) => isLoopback(host))
    .sort((a, b) => Number(b.port === DEFAULT_PORT) - Number(a.port === DEFAULT_PORT));
}
