import * as vscode from "vscode";
import {
  CancelLeakHunt,
  EstimateHeapSnapshot,
  HuntLeaks,
  type HuntLeaksParams,
  type LeakHuntAction,
  LeakHuntProgressed,
} from "../../collector/protocol.ts";
import { formatBytes } from "../../model/format.ts";
import type { LeakReport } from "../../model/leaks.ts";
import { mayBePython } from "../../model/runtime.ts";
import { pauseText } from "../../model/snapshotCost.ts";
import type { CollectorLink } from "../collectorLink.ts";
import { askAboveHeap } from "../settings.ts";

const TURNS = 1000;
/** Seconds: with requests as long as they take; with the user's own turns as long as somebody has patience. */
const DRIVEN = 300;
const WATCHED = 120;
const LAST_URL = "agentVitals.leakHunt.url";

/** Of this window, by which progress is told apart. */
let lastId = 0;

/** Hunts for what leaks in an agent; what is found stands in the Problems panel afterwards. */
export async function huntForLeaks(link: CollectorLink, agent: string, memory: vscode.Memento): Promise<void> {
  const how = await askHow(agent, memory);
  if (!how) return;
  const look = isPython(link, agent) ? await askTracing(agent) : await askSnapshots(link, agent);
  if (!look) return;
  const report = await hunt(link, { agent, ...how, ...look, longestPause: Number.MAX_SAFE_INTEGER, keep: "findings" });
  if (report) await tell(agent, report);
}

/** Also before its client has said hello: the hunt waits for that. */
function isPython({ state }: CollectorLink, name: string): boolean {
  return state?.agents.some((agent) => agent.name === name && mayBePython(agent)) === true;
}

/** Of a Python agent allocations are traced in place of snapshots; undefined when it was given up. */
async function askTracing(agent: string): Promise<{ snapshots: boolean } | undefined> {
  const [traced, fast] = ["Trace", "Hunt Without"];
  const detail = `Python's tracemalloc notes where each object is made: ${agent} runs slower until the hunt ends, up to 24 times where it does nothing but allocate, and its figures are no measure. Without it a hunt tells what grows and who holds it; the line is then looked for in the source of whoever holds it.`;
  const choice = await vscode.window.showWarningMessage(
    `Trace the allocations of ${agent}?`,
    { modal: true, detail },
    traced,
    fast,
  );
  return choice === undefined ? undefined : { snapshots: choice === traced };
}

/** What is looked at in a Node agent's heap, and how closely; undefined when it was given up. */
async function askSnapshots(
  link: CollectorLink,
  agent: string,
): Promise<{ snapshots: boolean; exact: boolean } | undefined> {
  const rpc = await link.connect();
  let snapshots = true;
  const { heap, pause, fileSize } = await rpc.sendRequest(EstimateHeapSnapshot, { agent });
  if (heap > askAboveHeap()) {
    const [withThem, without] = ["Take Snapshots", "Hunt Without"];
    const detail = `Its heap holds ${formatBytes(heap)}: ${agent} does nothing else three times for ${pauseText(pause)}, and the files take up to ${formatBytes(3 * fileSize)}. Without snapshots a hunt tells whether something leaks and which function allocates it, not what holds it.`;
    const choice = await vscode.window.showWarningMessage(
      `Pause ${agent} for heap snapshots?`,
      { modal: true, detail },
      withThem,
      without,
    );
    if (!choice) return undefined;
    snapshots = choice === withThem;
  }
  const exact = snapshots ? await askExact(agent) : false;
  return exact === undefined ? undefined : { snapshots, exact };
}

/** Whether the stack of every object is to be tracked; undefined when it was given up. */
async function askExact(agent: string): Promise<boolean | undefined> {
  const sampled = {
    label: "Sample what is allocated",
    detail: `${agent} is hardly slowed down: 1.1 to 1.26 times the CPU`,
  };
  const exact = {
    label: "Track every object's stack",
    detail: `exact functions, where samples name the wrong one; ${agent} allocates 4 to 35 times slower until the hunt ends`,
  };
  const choice = await vscode.window.showQuickPick([sampled, exact], {
    title: `Hunt for leaks in ${agent}`,
    placeHolder: "How is the line to be found?",
  });
  return choice && choice === exact;
}

interface How {
  turns: number;
  duration: number;
  action?: LeakHuntAction;
}

/** Who makes the turns; undefined when it was given up. */
async function askHow(agent: string, memory: vscode.Memento): Promise<How | undefined> {
  const own = { label: "I use it meanwhile", detail: `${WATCHED / 60} minutes in which you, or a test, give it turns` };
  const url = { label: "Request a URL once a turn…", detail: `up to ${TURNS} requests, one after the other` };
  const choice = await vscode.window.showQuickPick([url, own], {
    title: `Hunt for leaks in ${agent}`,
    placeHolder: "Who makes the turns?",
  });
  if (!choice) return undefined;
  if (choice === own) return { turns: TURNS, duration: WATCHED };
  const address = await vscode.window.showInputBox({
    // The page that it was asked from takes the focus back now and then.
    ignoreFocusOut: true,
    title: `Hunt for leaks in ${agent}`,
    prompt: "A URL that makes a turn: GET, or POST with a JSON body behind a space",
    value: memory.get<string>(LAST_URL) ?? "http://127.0.0.1:",
    validateInput: (text) => (parseAction(text) ? undefined : "http://HOST:PORT/PATH, and behind a space a JSON body"),
  });
  const action = address === undefined ? undefined : parseAction(address);
  if (!action) return undefined;
  await memory.update(LAST_URL, address);
  return { turns: TURNS, duration: DRIVEN, action };
}

function parseAction(text: string): LeakHuntAction | undefined {
  const [, url = "", body] = /^\s*(\S+)(?:\s+(.+))?$/s.exec(text) ?? [];
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return undefined;
  if (body === undefined) return { url, method: "GET" };
  try {
    JSON.parse(body);
  } catch {
    return undefined;
  }
  return { url, method: "POST", body };
}

/** Undefined when it was cancelled. */
async function hunt(link: CollectorLink, params: Omit<HuntLeaksParams, "id">): Promise<LeakReport | undefined> {
  const id = ++lastId;
  const title = `Hunting for leaks in ${params.agent}`;
  const shown = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(shown, async (progress, token) => {
    const rpc = await link.connect();
    let reached = 0;
    const following = rpc.onNotification(LeakHuntProgressed, (told) => {
      if (told.id !== id) return;
      const now = Math.max(reached, told.share * 100);
      progress.report({ increment: now - reached, message: `${told.step}, ${told.turns} turns` });
      reached = now;
    });
    const cancelling = token.onCancellationRequested(() => rpc.sendNotification(CancelLeakHunt, { id }));
    try {
      return await rpc.sendRequest(HuntLeaks, { ...params, id });
    } catch (error) {
      if (token.isCancellationRequested) return undefined;
      throw error;
    } finally {
      following.dispose();
      cancelling.dispose();
    }
  });
}

async function tell(agent: string, { verdict, summary, suspects, turns }: LeakReport): Promise<void> {
  if (verdict === "no-leak") {
    void vscode.window.showInformationMessage(`${agent}: no leak in ${turns} turns. ${summary}`);
    return;
  }
  if (verdict === "inconclusive") {
    void vscode.window.showWarningMessage(`${agent}: can't tell whether it leaks. ${summary}`);
    return;
  }
  const location = suspects[0]?.location;
  const show = "Show Line";
  const choice = await vscode.window.showWarningMessage(`${agent} leaks. ${summary}`, ...(location ? [show] : []));
  if (choice !== show || !location) return;
  const at = new vscode.Position(location.line - 1, location.column - 1);
  await vscode.window.showTextDocument(vscode.Uri.file(location.file), { selection: new vscode.Range(at, at) });
}
