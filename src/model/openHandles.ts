import { formatCount } from "./format.ts";
import type { LeakLocation } from "./leaks.ts";

/** What a descriptor stands for. `other`: what the system has no name for that we know. */
export type HandleKind =
  | "file"
  | "directory"
  | "device"
  | "tcp"
  | "udp"
  | "unix"
  | "socket"
  | "pipe"
  | "epoll"
  | "eventfd"
  | "inotify"
  | "timerfd"
  | "signalfd"
  | "memory"
  | "other";

/** One open descriptor of a process. */
export interface OpenHandle {
  pid: number;
  fd: number;
  kind: HandleKind;
  /** A file's path, a socket's path or the addresses of its ends, else what the system calls it. */
  target: string;
  /** TCP's state, `listen` of a Unix socket too; `deleted` of a file that has no name any more. */
  state?: string;
  local?: HandleAddress;
  remote?: HandleAddress;
  origin?: HandleOrigin;
}

export interface HandleAddress {
  host: string;
  port: number;
}

/** Where and when one was made, of those that were made while it was noted. */
export interface HandleOrigin {
  /** Unix seconds. */
  time: number;
  /** Of the process; 0 is the main one. */
  thread: number;
  /** Callers, the innermost first; Node's own left out. Empty of a connection that somebody else opened. */
  frames: HandleFrame[];
  /** The innermost line of the developer's own, in the file as it was written; null where there is none. */
  location: LeakLocation | null;
}

/** As it ran. */
export interface HandleFrame {
  file: string;
  /** From 1. */
  line: number;
  column: number;
  function: string;
}

/** Descriptors that are alike: same kind, target, state and line. */
export interface HandleGroup {
  kind: HandleKind;
  /** `/var/log/agent.log`, `127.0.0.1:5432`, `accepted at :8080`, `/tmp/uploads/…`. */
  target: string;
  state?: string;
  count: number;
  /** Of those whose making was seen: seconds of age of the oldest and the newest. */
  age?: { oldest: number; newest: number };
  location: LeakLocation | null;
  /** Why there is no location although it was made while that was noted. */
  locationNote?: string;
  /** At most 100 of them, the newest first. */
  handles: OpenHandle[];
}

export interface OpenHandles {
  /** Unix seconds. */
  time: number;
  processes: HandleProcess[];
  /** The largest first. */
  groups: HandleGroup[];
  /** Where new ones are made is noted at present. */
  recording?: HandleRecording;
}

export interface HandleProcess {
  pid: number;
  name: string;
  count: number;
  /** How many it may have (`ulimit -n`), where that is known. */
  limit?: number;
}

export interface HandleRecording {
  /** Unix seconds. */
  since: number;
  /** Absent where it goes on: by the setting, during a hunt, or for another window's collector. */
  until?: number;
  /** Made meanwhile and not noted, for there was no room. */
  lost: number;
}

const words: Record<HandleKind, [one: string, more: string]> = {
  file: ["file", "files"],
  directory: ["folder", "folders"],
  device: ["device", "devices"],
  tcp: ["TCP socket", "TCP sockets"],
  udp: ["UDP socket", "UDP sockets"],
  unix: ["Unix socket", "Unix sockets"],
  socket: ["other socket", "other sockets"],
  pipe: ["pipe", "pipes"],
  epoll: ["event queue (epoll, io_uring)", "event queues (epoll, io_uring)"],
  eventfd: ["thread signal (eventfd)", "thread signals (eventfd)"],
  inotify: ["file watcher (inotify)", "file watchers (inotify)"],
  timerfd: ["timer (timerfd)", "timers (timerfd)"],
  signalfd: ["signal queue (signalfd)", "signal queues (signalfd)"],
  memory: ["memory file", "memory files"],
  other: ["other descriptor", "other descriptors"],
};

/** `1 file`, `1,024 TCP sockets` */
export function countedKind(kind: HandleKind, count: number): string {
  return `${formatCount(count)} ${words[kind][count === 1 ? 0 : 1]}`;
}

/** `78 descriptors: 61 files, 12 TCP sockets, 5 pipes` */
export function handlesText({ groups }: OpenHandles): string {
  const counts = new Map<HandleKind, number>();
  for (const { kind, count } of groups) counts.set(kind, (counts.get(kind) ?? 0) + count);
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const kinds = [...counts].sort((a, b) => b[1] - a[1]).map(([kind, count]) => countedKind(kind, count));
  return `${formatCount(all)} ${all === 1 ? "descriptor" : "descriptors"}${all === 0 ? "" : `: ${kinds.join(", ")}`}`;
}
