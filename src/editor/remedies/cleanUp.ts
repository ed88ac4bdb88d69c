import * as vscode from "vscode";
import { CleanUpAgent, type HeldResources } from "../../collector/protocol.ts";
import { formatBytes, formatCount } from "../../model/format.ts";
import type { CollectorLink } from "../collectorLink.ts";

/** Has the agent's own hooks close what idles, and says what they changed. */
export async function cleanUp(link: CollectorLink, agent: string): Promise<void> {
  const rpc = await link.connect();
  const shown = { location: vscode.ProgressLocation.Window, title: `${agent} cleans up` };
  const { hooks, before, after } = await vscode.window.withProgress(shown, () =>
    rpc.sendRequest(CleanUpAgent, { agent }),
  );
  if (hooks === 0) {
    void vscode.window.showWarningMessage(
      `${agent} has no cleanup hook: give its client one that closes what idles (onCleanup, in Python on_cleanup).`,
    );
    return;
  }
  const changes = [
    change(before, after, "descriptors", (n) => `${formatCount(n)} descriptors`),
    change(before, after, "sockets", (n) => `${formatCount(n)} sockets`),
    change(before, after, "memory", formatBytes),
  ].filter((text) => text !== undefined);
  const ran = `${agent} ran ${hooks === 1 ? "its cleanup hook" : `${hooks} cleanup hooks`}`;
  void vscode.window.showInformationMessage(`${ran}: ${changes.join(", ") || "what changed can't be read here"}.`);
}

/** `14 descriptors, before 31` */
function change(
  before: HeldResources,
  after: HeldResources,
  name: keyof HeldResources,
  format: (value: number) => string,
): string | undefined {
  const [from, to] = [before[name], after[name]];
  if (from === undefined || to === undefined) return undefined;
  const [was, is] = [format(from), format(to)];
  return was === is ? `${is} as before` : `${is}, before ${was.replace(/ [a-z]+$/, "")}`;
}
