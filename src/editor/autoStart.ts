import * as vscode from "vscode";
import { StartAgent } from "../collector/protocol.ts";
import type { CollectorLink } from "./collectorLink.ts";
import type { RunTerminals } from "./runTerminal.ts";

/**
 * Starts the workspace's named agents once, when the collector first tells of them. Agents that run already, or that
 * ended under this collector (the window was reloaded), stay as they are.
 */
export function startNamedAgents(
  link: CollectorLink,
  terminals: RunTerminals,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const subscription = link.onState((state) => {
    if (!state || state.agents.length === 0 || !vscode.workspace.isTrusted) return;
    subscription.dispose();
    for (const agent of state.agents) {
      const [run] = agent.runs;
      if (!agent.launchable || (run && (run.endTime ?? state.time) >= state.self.startTime)) continue;
      link
        .connect()
        .then((rpc) => rpc.sendRequest(StartAgent, { agent: agent.name }))
        .then(({ runId }) => terminals.show(agent.name, runId, false))
        .catch((error: unknown) => log.error(`Starting ${agent.name}: ${error}`));
    }
  });
  return subscription;
}
