import type { Identify } from "../../model/process.ts";
import { listProcesses } from "../sampling/process/list.ts";
import { authority, inspectorUrl } from "./address.ts";
import { INSTEAD, inspectorEndpoint } from "./endpoint.ts";
import { findInspector } from "./findInspector.ts";
import { ended, openInspector } from "./openInspector.ts";
import type { Patience } from "./patience.ts";
import { isElsewhere, isStopped } from "./signal.ts";

export type InspectorTarget =
  /** With `startMark` only the process that had this pid then. */
  | { pid: number; startMark?: string }
  | { port: number; host?: string }
  /** `debugger`: the URL is that of js-debug's CDP proxy. */
  | { url: string; debugger?: boolean };

export interface Reached {
  url: URL;
  /** The inspector was closed, and opened by us. */
  opened: boolean;
}

/**
 * Where the target's inspector is; opened by signal where it was closed.
 * @throws with what the target is and what to do when it has none and gets none
 */
export async function reach(target: InspectorTarget, identify: Identify, patience: Patience): Promise<Reached> {
  if ("pid" in target) return reachProcess(target, identify, patience);
  const url =
    "port" in target ? inspectorUrl(authority(target.host ?? "127.0.0.1", target.port)) : inspectorUrl(target.url);
  if (url.pathname !== "/" || ("url" in target && target.debugger)) return { url, opened: false };
  const host = url.hostname.replace(/[[\]]/g, "");
  return { url: await inspectorEndpoint(host, Number(url.port || 80), patience.left(5)), opened: false };
}

async function reachProcess(
  { pid, startMark }: { pid: number; startMark?: string },
  identify: Identify,
  patience: Patience,
): Promise<Reached> {
  const identity = identify(pid);
  if (!identity || identity.zombie) throw new Error(`No process has the pid ${pid}: it may have ended. Choose again.`);
  if (startMark !== undefined && identity.startMark !== startMark) throw new Error(ended(pid));
  const info = (await listProcesses()).find((one) => one.pid === pid);
  if (!info)
    throw new Error(
      `Process ${pid} belongs to another user, is the kernel's or this program itself: it can't be attached to.`,
    );
  const who = `${info.name} (pid ${pid})`;
  if (info.kind === "python") throw new Error(`${who} is a Python program, which has no inspector. ${INSTEAD}`);
  if (info.kind === "bun") throw new Error(`${who} runs on Bun, whose inspector can't carry the probe. ${INSTEAD}`);
  if (isStopped(pid)) {
    throw new Error(
      `${who} is stopped (Ctrl+Z, or by another debugger). Let it go on ("fg", or "kill -CONT ${pid}") and attach again.`,
    );
  }
  if (isElsewhere(pid)) {
    throw new Error(
      `${who} runs in a container with a network of its own. Open the workspace in that container, or start the agent with --inspect and forward the port.`,
    );
  }
  const open = await findInspector(pid, patience.left(1));
  if (open) return { url: open.url, opened: false };
  if (info.kind === "other") {
    throw new Error(
      `${who} is not Node, so it was not signalled, which could kill it. If it has an inspector, start it with --inspect and attach by port. ${INSTEAD}`,
    );
  }
  return { url: await openInspector({ info, startMark: identity.startMark, identify }, patience), opened: true };
}
