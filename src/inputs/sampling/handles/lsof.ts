import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { maskSecrets } from "../../../model/mask.ts";
import type { HandleAddress, HandleKind, OpenHandle } from "../../../model/openHandles.ts";

const run = promisify(execFile);

/** Types of `lsof`, of macOS and Linux. */
const KINDS: Record<string, HandleKind> = {
  REG: "file",
  VREG: "file",
  DIR: "directory",
  VDIR: "directory",
  CHR: "device",
  BLK: "device",
  PIPE: "pipe",
  FIFO: "pipe",
  unix: "unix",
  KQUEUE: "epoll",
  a_inode: "other",
};

/**
 * The open descriptors of processes, by `lsof`: names and ports stay numbers, for looking them up may take seconds.
 * @throws in words for people when there is none
 */
export async function lsofHandles(pids: readonly number[]): Promise<OpenHandle[]> {
  const options = ["-n", "-P", "-w", "-a", "-d", "^cwd,^rtd,^txt,^mem", "-F", "ftPnT", "-p", pids.join(",")];
  try {
    const { stdout } = await run("lsof", options, { timeout: 30_000, maxBuffer: 256 << 20 });
    return parseLsof(stdout);
  } catch (error) {
    const { code, stdout } = error as { code?: string | number; stdout?: string };
    // It ends with 1 when one of the processes has gone.
    if (code === 1) return parseLsof(stdout ?? "");
    if (code === "ENOENT")
      throw new Error(
        "Open files and sockets are listed by lsof here, which is not on PATH: install it, and try again.",
      );
    throw new Error(`lsof failed: ${error instanceof Error ? error.message : error}`);
  }
}

/** Lines of a letter and a value: `p` begins a process, `f` a descriptor, then come type, protocol, name and state. */
export function parseLsof(text: string): OpenHandle[] {
  const handles: OpenHandle[] = [];
  let pid = 0;
  let fields: Record<string, string> = {};
  const keep = () => {
    const fd = Number(fields.f);
    if (fields.f !== undefined && Number.isInteger(fd)) handles.push({ pid, fd, ...describe(fields) });
    fields = {};
  };
  for (const line of text.split("\n")) {
    const [letter = "", value] = [line.slice(0, 1), line.slice(1)];
    if (letter === "p" || letter === "f") keep();
    if (letter === "p") pid = Number(value);
    else if (letter === "T") {
      if (value.startsWith("ST=")) fields.state = value.slice(3).toLowerCase();
    } else fields[letter] ??= value;
  }
  keep();
  return handles;
}

function describe({ t = "", P, n = "", state }: Record<string, string>): Omit<OpenHandle, "pid" | "fd"> {
  if (t === "IPv4" || t === "IPv6") {
    const [local, remote] = n.split("->").map(addressOf);
    return {
      kind: P === "UDP" ? "udp" : "tcp",
      target: n.replace("->", " → "),
      ...(state !== undefined && { state }),
      ...(local && { local }),
      ...(remote && { remote }),
    };
  }
  const kind = /eventpoll/.test(n) ? "epoll" : /eventfd/.test(n) ? "eventfd" : /inotify/.test(n) ? "inotify" : KINDS[t];
  const deleted = / \(deleted\)$/.test(n);
  return {
    kind: kind ?? "other",
    target: maskSecrets(n.replace(/ \(deleted\)$/, "").replace(/ type=\w+( \(\w+\))?$/, "")) || t,
    ...(deleted && { state: "deleted" }),
  };
}

/** `127.0.0.1:5432`, `[::1]:5432`, `*:8080`; undefined of what is bound to nothing. */
function addressOf(text: string): HandleAddress | undefined {
  const [, host = "", port] = /^(.*):(\d+)(?: |$)/.exec(text) ?? [];
  if (port === undefined) return undefined;
  return { host: host === "*" ? "0.0.0.0" : host.replace(/^\[|\]$/g, ""), port: Number(port) };
}
