import * as vscode from "vscode";
import { CollectGarbage } from "../../collector/protocol.ts";
import { collectedText } from "../../model/garbage.ts";
import type { CollectorLink } from "../collectorLink.ts";

/** Collects all garbage of an agent, and says what that freed. */
export async function collectGarbage(link: CollectorLink, agent: string): Promise<void> {
  const rpc = await link.connect();
  const shown = { location: vscode.ProgressLocation.Window, title: `Collecting the garbage of ${agent}` };
  const collected = await vscode.window.withProgress(shown, () => rpc.sendRequest(CollectGarbage, { agent }));
  void vscode.window.showInformationMessage(`${agent}: ${collectedText(collected)}.`);
}
