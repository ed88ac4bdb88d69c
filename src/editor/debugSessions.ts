import * as vscode from "vscode";
import { Attach } from "../collector/protocol.ts";
import type { CollectorLink } from "./collectorLink.ts";
import { attachToDebugSessions } from "./settings.ts";

/** js-debug's sessions; their programs have an inspector that it shares. */
const types = new Set(["pwa-node", "node", "node-terminal", "pwa-extensionHost"]);
/** On a parent session, which runs no program, js-debug never answers, ms. */
const PATIENCE = 3000;

/** Attaches to what js-debug debugs, by its own proxy and without disturbing it, when that is an agent of ours. */
export function watchDebugSessions(link: CollectorLink, log: vscode.LogOutputChannel): vscode.Disposable {
  return vscode.debug.onDidStartDebugSession(async (session) => {
    if (!types.has(session.type) || !attachToDebugSessions()) return;
    try {
      const url = await proxyOf(session);
      if (!url) return;
      const { name, program } = (session.parentSession ?? session).configuration;
      const debug = { name: String(name), ...(typeof program === "string" && { program }) };
      const { agent, message } = await (await link.connect()).sendRequest(Attach, { url, debug });
      if (agent)
        log.info(`${agent}: watched through the debug session ${session.name}${message ? `: ${message}` : ""}`);
    } catch (error) {
      log.warn(`Debug session ${session.name}: ${error instanceof Error ? error.message : error}`);
    }
  });
}

/** Where js-debug shares the debuggee's inspector; undefined for a session without one. */
async function proxyOf(session: vscode.DebugSession): Promise<string | undefined> {
  const asked = vscode.commands.executeCommand<{ host: string; port: number; path?: string } | undefined>(
    "extension.js-debug.requestCDPProxy",
    session.id,
  );
  const proxy = await Promise.race([
    asked,
    new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), PATIENCE)),
  ]);
  return proxy && `ws://${proxy.host}:${proxy.port}${proxy.path ?? ""}`;
}
