import { readFileSync } from "node:fs";
import type { HandleAddress, HandleKind } from "../../../model/openHandles.ts";
import { hostOf } from "../../inspector/linuxSockets.ts";
import { TCP_STATES } from "../process/socketStates.ts";

/** A socket as the kernel lists it. */
export interface SocketRow {
  kind: Extract<HandleKind, "tcp" | "udp" | "unix" | "socket">;
  state?: string;
  local?: HandleAddress;
  remote?: HandleAddress;
  /** Of a Unix socket, on the side that has one. */
  path?: string;
}

/**
 * The sockets of a process's network namespace by inode.
 * @param wanted the inodes that are looked for: a namespace may hold thousands of others'
 */
export function socketTable(pid: number, wanted: ReadonlySet<string>, proc = "/proc"): Map<string, SocketRow> {
  const table = (name: string) => readTable(`${proc}/${pid}/net/${name}`).split("\n").slice(1);
  const rows = new Map<string, SocketRow>();
  const hosts = new Map<string, string>();
  for (const name of ["tcp", "tcp6", "udp", "udp6"])
    for (const line of table(name)) {
      const row = internetRow(line, name.startsWith("tcp") ? "tcp" : "udp", wanted, hosts);
      if (row) rows.set(...row);
    }
  for (const line of table("unix")) {
    const row = unixRow(line);
    if (row && wanted.has(row[0])) rows.set(...row);
  }
  return rows;
}

/** `sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode …` */
function internetRow(
  line: string,
  kind: "tcp" | "udp",
  wanted: ReadonlySet<string>,
  hosts: Map<string, string>,
): [string, SocketRow] | undefined {
  const [, local, remote, state, inode] = /^ *\d+: (\S+) (\S+) (\S+) \S+ \S+ \S+ +\d+ +\d+ (\d+)/.exec(line) ?? [];
  if (!local || !remote || !state || !inode || !wanted.has(inode)) return undefined;
  const [here, there] = [addressOf(local, hosts), addressOf(remote, hosts)];
  return [
    inode,
    {
      kind,
      ...(kind === "tcp" && { state: TCP_STATES[state] ?? "other" }),
      ...(here && { local: here }),
      ...(there && { remote: there }),
    },
  ];
}

/** `Num RefCount Protocol Flags Type St Inode Path`; a path may hold blanks, and begins with @ where it is no file. */
function unixRow(line: string): [string, SocketRow] | undefined {
  const match = /^\S+ \S+ \S+ (\S+) \S+ (\S+)\s+(\d+)(?: (.+))?$/.exec(line.trim());
  const [, flags = "", state = "", inode, path] = match ?? [];
  if (!inode) return undefined;
  // SO_ACCEPTCON in its flags; SS_UNCONNECTED 01, SS_CONNECTED 03.
  const listens = (Number.parseInt(flags, 16) & 0x10000) !== 0;
  const word = listens ? "listen" : state === "03" ? "established" : state === "01" ? "unconnected" : undefined;
  return [inode, { kind: "unix", ...(word !== undefined && { state: word }), ...(path !== undefined && { path }) }];
}

/** Undefined for an end that is not there: port 0. */
function addressOf(text: string, hosts: Map<string, string>): HandleAddress | undefined {
  const [hex = "", port = "0"] = text.split(":");
  const number = Number.parseInt(port, 16);
  if (number === 0) return undefined;
  const host = hosts.get(hex) ?? hostOf(hex);
  hosts.set(hex, host);
  return { host, port: number };
}

function readTable(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return ""; // The process has gone, or the kernel lacks the protocol.
  }
}
