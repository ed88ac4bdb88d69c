import { execFile } from "node:child_process";
import { basename } from "node:path";
import { promisify } from "node:util";
import { maskedCommandLine } from "../../../model/mask.ts";
import type { ProcessInfo } from "../../../model/process.ts";
import { inspectorPort } from "../../inspector/findInspector.ts";
import { tcpTable } from "../../inspector/linuxSockets.ts";
import { canSignal } from "../../inspector/signal.ts";
import { linuxDetails, linuxIdentity, linuxPids } from "./linux.ts";

interface Found {
  pid: number;
  program: string;
  argv: string[];
  startTime: number;
  memory: number;
}

/** This user's processes except this one, newest first, command lines masked. */
export async function listProcesses(): Promise<ProcessInfo[]> {
  const found =
    process.platform === "linux" ? linuxList() : process.platform === "win32" ? await windowsList() : await psList();
  const table = process.platform === "linux" ? tcpTable("self") : undefined;
  return found
    .filter(({ pid }) => pid !== process.pid)
    .sort((a, b) => b.startTime - a.startTime || b.pid - a.pid)
    .map(({ pid, program, argv, startTime, memory }) => {
      const kind = kindOf(program);
      const name = nameOf(program, argv, kind);
      const inspector = table && (kind === "node" || kind === "deno") ? inspectorPort(pid, table) : undefined;
      return {
        pid,
        name,
        commandLine: maskedCommandLine(argv),
        startTime,
        memory,
        kind,
        ...(inspector === undefined ? {} : { inspector }),
        canOpenInspector: inspector === undefined && canSignal({ pid, kind, startTime }),
      };
    });
}

function linuxList(): Found[] {
  const uid = process.getuid?.() ?? -1;
  return linuxPids().flatMap((pid) => {
    const identity = linuxIdentity(pid);
    const details = identity && !identity.zombie ? linuxDetails(pid, uid) : undefined;
    return identity && details ? [{ pid, startTime: identity.startTime, ...details }] : [];
  });
}

const run = promisify(execFile);

async function psList(): Promise<Found[]> {
  const { stdout } = await run("ps", ["-xo", "pid=,rss=,lstart=,command="], {
    env: { ...process.env, LC_ALL: "C" },
    timeout: 10_000,
    maxBuffer: 16 << 20,
  });
  return parsePsList(stdout);
}

/** Lines of `ps -o pid=,rss=,lstart=,command=`; arguments can't be told apart where they hold blanks. */
export function parsePsList(listing: string): Found[] {
  return listing.split("\n").flatMap((line) => {
    const fields = /^\s*(\d+)\s+(\d+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s+(.+)$/.exec(line);
    const [, pid, rss, started, command] = fields ?? [];
    if (!started || !command) return [];
    const argv = command.trim().split(/\s+/);
    const memory = Number(rss) * 1024;
    return [{ pid: Number(pid), program: argv[0] ?? "", argv, startTime: Date.parse(started) / 1000, memory }];
  });
}

async function windowsList(): Promise<Found[]> {
  const query =
    "$me = [Environment]::UserName; Get-CimInstance Win32_Process | Where-Object { $_.CommandLine -and (Invoke-CimMethod $_ GetOwner).User -eq $me } | ForEach-Object { [pscustomobject]@{ pid = $_.ProcessId; rss = $_.WorkingSetSize; start = $_.CreationDate.ToUniversalTime().ToString('o'); exe = $_.Name; command = $_.CommandLine } } | ConvertTo-Json";
  const { stdout } = await run("powershell.exe", ["-NoProfile", "-Command", query], { timeout: 30_000 });
  const rows = JSON.parse(stdout || "[]") as {
    pid: number;
    rss: number;
    start: string;
    exe: string;
    command: string;
  }[];
  return [rows].flat().map(({ pid, rss, start, exe, command }) => {
    const argv = command.match(/"[^"]*"|\S+/g)?.map((part) => part.replaceAll('"', "")) ?? [exe];
    return { pid, program: exe, argv, startTime: Date.parse(start) / 1000, memory: rss };
  });
}

function kindOf(program: string): ProcessInfo["kind"] {
  const name = basename(program.replaceAll("\\", "/")).replace(/\.exe$/i, "");
  if (/^(node|nodejs)(-?\d+)?$/i.test(name)) return "node";
  if (/^(bun|deno)$/i.test(name)) return name.toLowerCase() as "bun" | "deno";
  return /^(python|pypy|Python)[\d.]*w?$/i.test(name) ? "python" : "other";
}

/** As {@link listProcesses} names it. */
export function programName(program: string, argv: string[]): string {
  return nameOf(program, argv, kindOf(program));
}

/** Options whose value is a file that runs before the script, as tsx's do. */
const PRELOADS = /^(-r|--require|--import|--loader|--experimental-loader)$/;

/** The program, and for JavaScript and Python the script or module that it runs. */
function nameOf(program: string, argv: string[], kind: ProcessInfo["kind"]): string {
  const name = basename(program.replaceAll("\\", "/"));
  if (kind === "other") return name;
  const module = argv.indexOf("-m");
  if (kind === "python" && module > 0 && argv[module + 1]) return `${name} -m ${argv[module + 1]}`;
  const script = argv.find(
    (part, i) => i > 0 && /\.(py|[cm]?[jt]s)$/.test(part) && !part.startsWith("-") && !PRELOADS.test(argv[i - 1] ?? ""),
  );
  return script ? `${name} ${basename(script)}` : name;
}
