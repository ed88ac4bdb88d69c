import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { setImmediate as breathe } from "node:timers/promises";
import { maskSecrets } from "../../../model/mask.ts";
import type { HandleAddress, HandleKind, OpenHandle } from "../../../model/openHandles.ts";
import { type SocketRow, socketTable } from "./socketTable.ts";

/** Descriptors that are read before others get their turn. */
const PIECE = 1000;

/** How the kernel calls what is no file: `anon_inode:[eventpoll]`. */
const ANONYMOUS: Record<string, HandleKind> = {
  "[eventpoll]": "epoll",
  "[io_uring]": "epoll",
  "[eventfd]": "eventfd",
  inotify: "inotify",
  "[inotify]": "inotify",
  "[timerfd]": "timerfd",
  "[signalfd]": "signalfd",
};

/**
 * The open descriptors of a process.
 * @returns undefined when it has gone, or is another user's
 */
export async function linuxHandles(pid: number, proc = "/proc"): Promise<OpenHandle[] | undefined> {
  const folder = `${proc}/${pid}/fd`;
  const descriptors = list(folder);
  if (!descriptors) return undefined;
  const links = new Map<number, string>();
  for (const [i, fd] of descriptors.entries()) {
    const link = linkOf(`${folder}/${fd}`);
    if (link !== undefined) links.set(Number(fd), link);
    if (i % PIECE === PIECE - 1) await breathe();
  }
  // After the links, so that what was opened between the two is in it.
  const inodes = new Set([...links.values()].flatMap((link) => socketInode(link) ?? []));
  const sockets = inodes.size > 0 ? socketTable(pid, inodes, proc) : new Map<string, SocketRow>();
  const handles: OpenHandle[] = [];
  for (const [fd, link] of links) {
    handles.push({ pid, fd, ...describe(link, sockets, `${folder}/${fd}`) });
    if (handles.length % PIECE === 0) await breathe();
  }
  return handles.sort((a, b) => a.fd - b.fd);
}

/** How many descriptors a process may have; undefined when it has gone or there is no bound. */
export function descriptorLimit(pid: number, proc = "/proc"): number | undefined {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync(`${proc}/${pid}/limits`, "latin1"))?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

type Described = Omit<OpenHandle, "pid" | "fd">;

function describe(link: string, sockets: ReadonlyMap<string, SocketRow>, place: string): Described {
  const inode = socketInode(link);
  if (inode !== undefined) return describeSocket(sockets.get(inode));
  if (/^pipe:\[\d+\]$/.test(link)) return { kind: "pipe", target: link };
  const anonymous = /^anon_inode:(.*)$/.exec(link)?.[1];
  if (anonymous !== undefined) return { kind: ANONYMOUS[anonymous] ?? "other", target: link };
  const deleted = link.endsWith(" (deleted)");
  const path = deleted ? link.slice(0, -" (deleted)".length) : link;
  if (path.startsWith("/memfd:")) return { kind: "memory", target: path };
  if (!path.startsWith("/")) return { kind: "other", target: maskSecrets(path) };
  return { kind: kindOf(place), target: maskSecrets(path), ...(deleted && { state: "deleted" }) };
}

function describeSocket(row: SocketRow | undefined): Described {
  // Netlink, packet and raw ones; one in another network namespace; one that is not connected yet.
  if (!row) return { kind: "socket", target: "a socket that the kernel does not list" };
  const { kind, state, local, remote, path } = row;
  const ends = () => [local, remote].flatMap((end) => (end ? addressText(end) : [])).join(" → ");
  return {
    kind,
    target: path === undefined ? ends() : maskSecrets(path),
    ...(state !== undefined && { state }),
    ...(local && { local }),
    ...(remote && { remote }),
  };
}

/** `127.0.0.1:5432`, `[::1]:5432`, `:8080` of all addresses. */
export function addressText({ host, port }: HandleAddress): string {
  if (host === "0.0.0.0" || host === "::") return `:${port}`;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

const socketInode = (link: string) => (link.startsWith("socket:[") ? link.slice("socket:[".length, -1) : undefined);

/** Of what the descriptor leads to, whatever has become of its name. */
function kindOf(place: string): HandleKind {
  try {
    const stats = statSync(place);
    if (stats.isDirectory()) return "directory";
    if (stats.isFIFO()) return "pipe";
    if (stats.isCharacterDevice() || stats.isBlockDevice()) return "device";
    return "file";
  } catch {
    return "file"; // Closed meanwhile.
  }
}

function list(folder: string): string[] | undefined {
  try {
    return readdirSync(folder);
  } catch {
    return undefined;
  }
}

function linkOf(place: string): string | undefined {
  try {
    return readlinkSync(place);
  } catch {
    return undefined; // Closed meanwhile.
  }
}
