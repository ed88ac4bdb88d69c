import { existsSync } from "node:fs";
import { tcpTable } from "../inspector/linuxSockets.ts";

/** Something that listens at a port of this machine. */
export interface Listener {
  /** Where it may be reached, the likeliest first. */
  urls: string[];
  /** Another one when another process, or the same one anew, listens. */
  id: string;
  /** Whether anybody is connected to it. */
  connected: boolean;
}

/** Where a port is tried when it can't be seen whether anything listens there. */
export const loopbacks = (port: number): string[] => [`http://127.0.0.1:${port}`, `http://[::1]:${port}`];

/** Who listens at these ports; undefined when this system does not show it in files. */
export function listenersAt(ports: ReadonlySet<number>): Map<number, Listener> | undefined {
  if (process.platform !== "linux" || !existsSync("/proc/self/net/tcp")) return undefined;
  const rows = [...tcpTable("self")].filter(([, { port }]) => ports.has(port));
  const connected = new Set(rows.filter(([, { listening }]) => !listening).map(([, { port }]) => port));
  const found = new Map<number, Listener>();
  for (const [inode, { host, port, listening }] of rows) {
    if (!listening) continue;
    const known = found.get(port);
    found.set(port, {
      urls: [...new Set([...(known?.urls ?? []), ...urlsOf(host, port)])],
      id: known ? `${known.id} ${inode}` : inode,
      connected: connected.has(port),
    });
  }
  return found;
}

function urlsOf(host: string, port: number): string[] {
  if (host === "0.0.0.0") return [`http://127.0.0.1:${port}`];
  // Most that listen on all of IPv6 do so on all of IPv4 too; those that don't refuse the first.
  if (host === "::") return loopbacks(port);
  return [host.includes(":") ? `http://[${host}]:${port}` : `http://${host}:${port}`];
}
