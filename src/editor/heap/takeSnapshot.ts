import * as vscode from "vscode";
import {
  CancelHeapSnapshot,
  EstimateHeapSnapshot,
  type SnapshotProgress,
  TakeHeapSnapshot,
  type TakenHeapSnapshot,
} from "../../collector/protocol.ts";
import { formatBytes, formatCount, formatDuration } from "../../model/format.ts";
import { pauseText, type SnapshotCost } from "../../model/snapshotCost.ts";
import type { CollectorLink } from "../collectorLink.ts";
import { openKeptFile } from "../openKeptFile.ts";
import { askAboveHeap } from "../settings.ts";

/** Of this window, by which progress is told apart. */
let lastId = 0;

/** Takes a heap snapshot of an agent and opens it. Its pause is said before; a long one is asked about. */
export async function takeHeapSnapshot(link: CollectorLink, agent: string): Promise<void> {
  const rpc = await link.connect();
  const looking = { location: vscode.ProgressLocation.Window, title: `Asking ${agent} for the size of its heap` };
  const cost = await vscode.window.withProgress(looking, () => rpc.sendRequest(EstimateHeapSnapshot, { agent }));
  if (cost.heap > askAboveHeap() && !(await confirm(agent, cost))) return;
  const taken = await takeWithProgress(link, agent, cost);
  if (!taken) {
    vscode.window.showInformationMessage(
      `The heap snapshot of ${agent} was cancelled. ${agent} goes on when V8 is through with it, which can't be shortened.`,
    );
    return;
  }
  const { file, size, pause } = taken;
  const done = `Heap snapshot of ${agent}: ${formatBytes(size)}, it paused ${formatDuration(pause)}`;
  vscode.window.setStatusBarMessage(done, 10_000);
  await openKeptFile(file);
}

/** Undefined when it was cancelled. */
function takeWithProgress(
  link: CollectorLink,
  agent: string,
  cost: SnapshotCost,
): Promise<TakenHeapSnapshot | undefined> {
  const id = ++lastId;
  const title = `Heap snapshot of ${agent}, which pauses for ${pauseText(cost.pause)}`;
  const shown = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  const taking = vscode.window.withProgress(shown, async (progress, token) => {
    const rpc = await link.connect();
    let reached = 0;
    const following = link.onSnapshotProgress((told) => {
      if (told.id !== id) return;
      const now = percent(told, cost);
      progress.report({ increment: Math.max(0, now - reached), message: words(told) });
      reached = Math.max(now, reached);
    });
    const cancelling = token.onCancellationRequested(() => rpc.sendNotification(CancelHeapSnapshot, { id }));
    try {
      return await rpc.sendRequest(TakeHeapSnapshot, { agent, id });
    } catch (error) {
      if (token.isCancellationRequested) return undefined;
      throw error;
    } finally {
      following.dispose();
      cancelling.dispose();
    }
  });
  return Promise.resolve(taking);
}

async function confirm(agent: string, { heap, pause, memory, fileSize }: SnapshotCost): Promise<boolean> {
  const take = "Take Snapshot";
  const detail = [
    `Its heap holds ${formatBytes(heap)}: ${agent} does nothing else for ${pauseText(pause)}, which can't be shortened, and needs up to ${formatBytes(memory)} more memory meanwhile.`,
    `The file takes up to ${formatBytes(fileSize)} and holds what the heap does, prompts and answers too; it stays on this machine.`,
  ].join("\n\n");
  return (await vscode.window.showWarningMessage(`Pause ${agent}?`, { modal: true, detail }, take)) === take;
}

/** Walking the heap takes about three quarters of the time. */
function percent({ phase, done, total, bytes }: SnapshotProgress, { fileSize }: SnapshotCost): number {
  if (phase === "walking") return total > 0 ? (75 * done) / total : 0;
  return 75 + 25 * Math.min(1, bytes / fileSize);
}

function words({ phase, done, total, bytes }: SnapshotProgress): string {
  if (phase === "writing") return `writing, ${formatBytes(bytes)}`;
  return `${formatCount(done)} of ${formatCount(total)} objects`;
}
