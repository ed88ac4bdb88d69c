import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import type { TcpSocket } from "./sockets.ts";

/** By inode. */
export type TcpTable = Map<string, Row>;

interface Row {
  host: string;
  port: number;
  listening: boolean;
}

/** TCP sockets of a process, by their inodes among its descriptors; none when they may not be seen. */
export function linuxSockets(pid: number, rows = tcpTable(pid)): (TcpSocket & { fd: number })[] {
  return [...socketInodes(pid)].flatMap(([fd, inode]) => {
    const row = rows.get(inode);
    return row ? [{ pid, fd, ...row }] : [];
  });
}

const IN_THE_WAY = ["127.0.0.1", "0.0.0.0", "::"];

/** Who keeps others from listening at a port of 127.0.0.1, with its pid where that can be seen. */
export function linuxHolder(port: number): TcpSocket | undefined {
  const listener = [...tcpTable("self")].find(
    ([, row]) => row.listening && row.port === port && IN_THE_WAY.includes(row.host),
  );
  if (!listener) return undefined;
  const [inode, row] = listener;
  const pid = readdirSync("/proc").find(
    (name) => /^\d+$/.test(name) && [...socketInodes(Number(name)).values()].includes(inode),
  );
  return pid === undefined ? row : { pid: Number(pid), ...row };
}

/** Rows of the TCP tables of a process's network namespace by inode: listeners and established connections. */
export function tcpTable(pid: number | "self"): TcpTable {
  return new Map(
    ["tcp", "tcp6"].flatMap((table) =>
      parseTcpTable(readIfThere(() => readFileSync(`/proc/${pid}/net/${table}`, "utf8")) ?? ""),
    ),
  );
}

const ESTABLISHED = "01";
const LISTEN = "0A";

/** Lines of /proc/net/tcp and tcp6: `sl local_address rem_address st … inode`. */
export function parseTcpTable(table: string): [inode: string, row: Row][] {
  return table.split("\n").flatMap((line): [string, Row][] => {
    const fields = line.trim().split(/\s+/);
    const [address, port] = (fields[1] ?? "").split(":");
    const [state, inode] = [fields[3], fields[9]];
    if (!address || !port || !inode || (state !== ESTABLISHED && state !== LISTEN)) return [];
    return [[inode, { host: hostOf(address), port: Number.parseInt(port, 16), listening: state === LISTEN }]];
  });
}

/** An address of the TCP tables: four bytes at a time, each group in the machine's (little-endian) order. */
export function hostOf(hex: string): string {
  const bytes = [...hex.matchAll(/.{8}/g)].flatMap(([word]) => [...Buffer.from(word, "hex")].reverse());
  if (bytes.length === 4) return bytes.join(".");
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (mapped) return bytes.slice(12).join(".");
  const groups = [...Array(8).keys()].map((i) => ((bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0)).toString(16));
  return new URL(`ws://[${groups.join(":")}]`).hostname.slice(1, -1);
}

/** Socket inodes by descriptor; empty when the process is gone or another user's. */
function socketInodes(pid: number): Map<number, string> {
  return links(pid, /^socket:\[(\d+)\]$/);
}

function links(pid: number, pattern: RegExp): Map<number, string> {
  const folder = `/proc/${pid}/fd`;
  const found = new Map<number, string>();
  for (const fd of readIfThere(() => readdirSync(folder)) ?? []) {
    const match = pattern.exec(readIfThere(() => readlinkSync(`${folder}/${fd}`)) ?? "");
    if (match) found.set(Number(fd), match[1] ?? match[0]);
  }
  return found;
}

/**
 * Where a Node process listens but not on its main thread, which is where an inspector does; everywhere that the
 * process listens, with `sure` false, when threads can't be told apart.
 */
export function listenersBesideMain(pid: number, rows?: TcpTable): { sockets: TcpSocket[]; sure: boolean } {
  const listeners = linuxSockets(pid, rows).filter(({ listening }) => listening);
  const main = listeners.length > 0 ? mainLoopDescriptors(pid) : undefined;
  return { sockets: listeners.filter(({ fd }) => !main?.has(fd)), sure: main !== undefined };
}

/**
 * Descriptors that a Node process polls on its main thread: an inspector is served by a thread of its own, so its
 * listener is none of these. Node opens its first three epoll instances for start-up, timers of V8's platform, and the
 * main loop, in this order (seen on 18 to 26). Undefined when it can't be told.
 */
function mainLoopDescriptors(pid: number): Set<number> | undefined {
  const program = readIfThere(() => readlinkSync(`/proc/${pid}/exe`)) ?? "";
  if (!/^node[^/]*$/.test(basename(program))) return undefined;
  const polls = [...links(pid, /^anon_inode:\[eventpoll\]$/).keys()].sort((a, b) => a - b).slice(0, 3);
  if (polls.length < 3) return undefined;
  const infos = polls.map((fd) => readIfThere(() => readFileSync(`/proc/${pid}/fdinfo/${fd}`, "utf8")));
  if (infos.includes(undefined)) return undefined;
  return new Set(infos.flatMap((info) => [...(info ?? "").matchAll(/^tfd:\s*(\d+)/gm)].map(([, fd]) => Number(fd))));
}

/** Ports that the command line or `NODE_OPTIONS` give to the inspector, e.g. `--inspect=0`, `--inspect-port=localhost:9300`. */
export function inspectorFlags(pid: number): number[] {
  const read = (file: string) => readIfThere(() => readFileSync(`/proc/${pid}/${file}`, "utf8")) ?? "";
  const options = /(?:^|\0)NODE_OPTIONS=([^\0]*)/.exec(read("environ"))?.[1] ?? "";
  const flags = `${read("cmdline").replaceAll("\0", " ")} ${options}`;
  return [...flags.matchAll(/--(?:inspect(?:-brk|-wait|-port)?|debug-port)[= ](?:\S*:)?(\d+)\b/g)].map(([, port]) =>
    Number(port),
  );
}

/** Undefined when the process has gone or may not be read. */
function readIfThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (["ENOENT", "ESRCH", "EACCES", "EPERM", "EINVAL", "ENOTDIR"].includes(code)) return undefined;
    throw error;
  }
}
