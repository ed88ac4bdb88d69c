import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readCgroup } from "../inputs/sampling/system/cgroup.ts";
import type { Hardware } from "../model/state.ts";

/** What tells a container's kind by a file that it has. */
const MARKS: readonly [file: string, kind: string][] = [
  ["run/secrets/kubernetes.io", "kubernetes"],
  [".dockerenv", "docker"],
  ["run/.containerenv", "podman"],
];

/** What we run in, as far as Linux shows it. @param root where `/sys`, `/proc` and `/run` are */
export function container(root: string): Pick<Hardware, "container" | "wsl" | "limits"> {
  const kind = containerKind(root);
  const limits = limitsOf(root);
  return {
    ...(kind !== undefined && { container: kind }),
    ...(/microsoft/i.test(text(root, "proc/version")) && { wsl: true }),
    ...(Object.keys(limits).length > 0 && { limits }),
  };
}

function containerKind(root: string): string | undefined {
  const marked = MARKS.find(([file]) => existsSync(join(root, file)))?.[1];
  // systemd writes it for the containers of others: `lxc`, `systemd-nspawn`.
  const told = text(root, "run/systemd/container");
  return marked ?? (told || undefined);
}

/** Below what the machine has. */
function limitsOf(root: string): NonNullable<Hardware["limits"]> {
  const machine = Number(/^MemTotal:\s+(\d+) kB/m.exec(text(root, "proc/meminfo"))?.[1]) * 1024;
  const { memory, cpus } = readCgroup(root, machine);
  return { ...(memory && { memory: memory.limit }), ...(cpus !== undefined && { cpus }) };
}

/** Empty for a file that is not there or refuses. */
function text(...path: string[]): string {
  try {
    return readFileSync(join(...path), "utf8").trim();
  } catch {
    return "";
  }
}
