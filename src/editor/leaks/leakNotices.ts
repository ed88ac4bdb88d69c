import * as vscode from "vscode";
import type { AgentState } from "../../model/state.ts";
import type { CollectorLink } from "../collectorLink.ts";
import { commands } from "../contributions.ts";
import type { Dashboard } from "../dashboardPanel.ts";
import { mayBeNode, mayBePython } from "../judged.ts";

const NEVER = "agentVitals.leakNotices.never";
const TOLD = "agentVitals.leakNotices.told";
/** Runs that are remembered as told of, over reloads. */
const REMEMBERED = 20;

/** Tells of a leak that the watcher is sure of, once a run; not of the mildest, which stand in hover and list alone. */
export class LeakNotices implements vscode.Disposable {
  readonly #dashboard: Dashboard;
  readonly #memory: vscode.Memento;
  readonly #subscription: vscode.Disposable;

  /** @param memory of the workspace: what was told in it, and whether anything is to be */
  constructor(link: CollectorLink, dashboard: Dashboard, memory: vscode.Memento) {
    this.#dashboard = dashboard;
    this.#memory = memory;
    this.#subscription = link.onState((state) => {
      for (const agent of state?.agents ?? []) void this.#consider(agent);
    });
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #consider(agent: AgentState): Promise<void> {
    const { leak, name, status } = agent;
    const [run] = agent.runs;
    if (leak?.verdict !== "leak" || leak.severity === "info" || leak.hunting || !run || status !== "running") return;
    const told = this.#memory.get<string[]>(TOLD) ?? [];
    const key = `${name} ${run.id} ${Math.round(run.startTime)}`;
    if (told.includes(key) || this.#memory.get<boolean>(NEVER)) return;
    await this.#memory.update(TOLD, [...told, key].slice(-REMEMBERED));
    const [show, hunt, never] = ["Show Memory Page", "Hunt for Leaks", "Don't Show Again"];
    const choices = mayBeNode(agent) || mayBePython(agent) ? [show, hunt, never] : [show, never];
    const choice = await vscode.window.showWarningMessage(`${name} leaks. ${leak.summary}`, ...choices);
    if (choice === show) this.#dashboard.show(name, "memory");
    if (choice === hunt) await vscode.commands.executeCommand(commands.huntForLeaks.command, name);
    if (choice === never) await this.#memory.update(NEVER, true);
  }
}
