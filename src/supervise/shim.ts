import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { FILES } from "./runFolder.ts";

/**
 * The shim around an agent. It gets the group's signals too: a trap that does nothing keeps it alive, and unlike an
 * ignored signal is not handed down to the agent. `0<>` opens the FIFO for reading and writing, so that its end is
 * never seen; appending lets the output be cut while the agent writes. $0 is the run's folder.
 */
const script = `trap : INT TERM HUP QUIT
/bin/sh -c 'echo "$$ $PPID" >"$0/${FILES.pid}"; exec "$@"' "$0" "$@" 0<>"$0/${FILES.input}" >>"$0/${FILES.output}" 2>&1
echo $? >"$0/${FILES.exit}"`;

export interface ShimOptions {
  folder: string;
  argv: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Path of the built `nodeShim`: used in place of the shell's on Windows. */
  nodeShim?: string | undefined;
}

/** Starts the agent under its shim: a session and process group of its own, holding nothing of ours. */
export function spawnShim({ folder, argv, cwd, env, nodeShim }: ShimOptions): ChildProcess {
  const options = { cwd, env, detached: true, stdio: "ignore", windowsHide: true } as const;
  const child = nodeShim
    ? spawn(process.execPath, [nodeShim, folder, ...argv], { ...options, env: { ...env, ELECTRON_RUN_AS_NODE: "1" } })
    : spawnShell(folder, argv, options);
  child.unref();
  return child;
}

function spawnShell(folder: string, argv: readonly string[], options: Parameters<typeof spawn>[2]): ChildProcess {
  execFileSync("mkfifo", ["-m", "600", join(folder, FILES.input)]);
  return spawn("/bin/sh", ["-c", script, folder, ...argv], options);
}
