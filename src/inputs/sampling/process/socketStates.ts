import { readFileSync } from "node:fs";
import type { SocketCounts } from "../../../model/resources.ts";

/** As include/net/tcp_states.h numbers them. */
export const TCP_STATES: Readonly<Record<string, string>> = {
  "01": "established",
  "02": "syn_sent",
  "03": "syn_recv",
  "04": "fin_wait1",
  "05": "fin_wait2",
  "06": "time_wait",
  "07": "close",
  "08": "close_wait",
  "09": "last_ack",
  "0A": "listen",
  "0B": "closing",
};

/** States of the sockets of a process's network namespace by inode: TCP's own; `udp`, `unix` for the others. */
export function socketStates(pid: number, proc = "/proc"): Map<string, string> {
  const states = new Map<string, string>();
  for (const table of ["tcp", "tcp6", "udp", "udp6", "unix"]) {
    const [, ...lines] = readTable(`${proc}/${pid}/net/${table}`).split("\n");
    for (const line of lines) {
      const fields = line.trim().split(/\s+/);
      const inode = table === "unix" ? fields[6] : fields[9];
      if (!inode) continue;
      const name =
        table === "unix" ? "unix" : table.startsWith("udp") ? "udp" : (TCP_STATES[fields[3] ?? ""] ?? "other");
      states.set(inode, name);
    }
  }
  return states;
}

/** Sockets by state; those of other kinds (netlink, packet) count as `other`. */
export function countSockets(inodes: Iterable<string>, states: ReadonlyMap<string, string>): SocketCounts {
  const counts: SocketCounts = {};
  for (const inode of new Set(inodes)) {
    const state = states.get(inode) ?? "other";
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return counts;
}

function readTable(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return ""; // The process has gone, or the kernel lacks the protocol.
  }
}
