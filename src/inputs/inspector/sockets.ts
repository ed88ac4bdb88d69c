import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { linuxHolder, linuxSockets } from "./linuxSockets.ts";

/** One end of a TCP connection, or a listener, on this machine. */
export interface TcpSocket {
  /** Undefined when it can't be seen, e.g. another user's. */
  pid?: number;
  host: string;
  port: number;
  listening: boolean;
}

/** TCP sockets of a process. Linux reads /proc; macOS asks `lsof`, Windows `netstat` (by design, not run there). */
export async function socketsOf(pid: number): Promise<TcpSocket[]> {
  if (process.platform === "linux") return linuxSockets(pid);
  return (await allSockets()).filter((socket) => socket.pid === pid);
}

/** Who listens at this port of 127.0.0.1, if anybody does. */
export async function portHolder(port: number): Promise<TcpSocket | undefined> {
  if (process.platform === "linux") return linuxHolder(port);
  return (await allSockets()).find((socket) => socket.listening && socket.port === port);
}

const run = promisify(execFile);

async function allSockets(): Promise<TcpSocket[]> {
  const options = { timeout: 5000, maxBuffer: 16 << 20 };
  if (process.platform === "win32") return parseNetstat((await run("netstat", ["-ano", "-p", "TCP"], options)).stdout);
  // lsof ends with 1 when there is nothing to list.
  const listing = await run("lsof", ["-nP", "-iTCP", "-FpnT"], options).catch((error: { stdout?: string }) => error);
  return parseLsof(listing.stdout ?? "");
}

/** `lsof -nP -iTCP -FpnT`: lines of a letter and a value; `p` begins a process, `f` a file of it. */
export function parseLsof(listing: string): TcpSocket[] {
  let pid = 0;
  let address = "";
  return listing.split("\n").flatMap((line) => {
    const value = line.slice(1);
    if (line[0] === "p") pid = Number(value);
    if (line[0] === "n") address = value;
    if (line[0] !== "T" || !value.startsWith("ST=")) return [];
    return socketAt(pid, address.split("->")[0] ?? "", value.slice(3));
  });
}

/** `netstat -ano -p TCP`: protocol, local address, remote address, state, pid. */
export function parseNetstat(listing: string): TcpSocket[] {
  return listing.split("\n").flatMap((line) => {
    const [protocol, local, remote, state, pid] = line.trim().split(/\s+/);
    if (protocol !== "TCP" || !local || !pid) return [];
    // The state's name is translated; a listener's remote address ends with port 0.
    return socketAt(Number(pid), local, remote?.endsWith(":0") ? "LISTEN" : (state ?? ""));
  });
}

function socketAt(pid: number, local: string, state: string): TcpSocket[] {
  const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(local) ?? [];
  if (host === undefined || !["LISTEN", "ESTABLISHED"].includes(state)) return [];
  return [{ pid, host: host === "*" ? "0.0.0.0" : host, port: Number(port), listening: state === "LISTEN" }];
}
