import { relative } from "node:path";
import * as vscode from "vscode";
import { formatAge } from "../../model/format.ts";
import type { CollectorLink } from "../collectorLink.ts";
import { viewTypes } from "../contributions.ts";
import { rangeOf } from "../problem.ts";
import { placeOf } from "./shortfalls.ts";
import { folderOf, type SuiteFiles } from "./suiteFiles.ts";
import type { KeptBaseline, SuiteProgram } from "./suiteProgram.ts";
import { nameOf, type SuiteAsked, type SuiteRan, type SuiteRuns } from "./suiteRuns.ts";

/** A comparison wants as many repeats of each side. */
const REPEATS = 10;

export interface SuiteParts {
  program: SuiteProgram;
  files: SuiteFiles;
  runs: SuiteRuns;
  link: CollectorLink;
}

/** What a menu, a lens or nobody named: a suite's file, or one and what to do with it. */
export type SuiteTarget = vscode.Uri | SuiteAsked | undefined;

/** Runs a suite, and compares or keeps the result, as the user chooses. */
export async function runSuite(parts: SuiteParts, target: SuiteTarget): Promise<void> {
  const asked = target instanceof vscode.Uri ? { file: target.fsPath } : (target ?? (await pickSuite(parts)));
  const whole = asked && (await pickWhat(parts, asked));
  if (whole) await show(parts, whole);
}

/** Whether it became slower: against the only baseline of the suite, or the one that is picked. */
export async function compareSuite(parts: SuiteParts, target: SuiteTarget): Promise<void> {
  const asked = target instanceof vscode.Uri ? { file: target.fsPath } : (target ?? (await pickSuite(parts)));
  const whole = asked && (await againstBaseline(parts, asked));
  if (whole) await show(parts, whole);
}

/** Of one scenario or of all, as a lens has it: without a question. */
export async function runAsked(parts: SuiteParts, asked: SuiteAsked): Promise<void> {
  await show(parts, asked);
}

export async function againstBaseline(parts: SuiteParts, asked: SuiteAsked): Promise<SuiteAsked | undefined> {
  const kept = await baselinesOf(parts, asked);
  const [only] = kept;
  if (!only) {
    const save = "Run and Save as Baseline";
    const none = `No baseline of ${nameOf(asked)} is kept here: run it as it is now, save that, and compare once you have changed something.`;
    return (await vscode.window.showInformationMessage(none, save)) === save ? toSave(parts, asked) : undefined;
  }
  if (kept.length === 1) return compared(parts, asked, only);
  const picked = await vscode.window.showQuickPick(
    kept.map((one) => ({ label: one.name, description: ageOf(one), one })),
    { title: `Compare ${nameOf(asked)} With Which Baseline?` },
  );
  return picked && compared(parts, asked, picked.one);
}

async function pickSuite({ files, link }: SuiteParts): Promise<SuiteAsked | undefined> {
  const active = vscode.window.activeTextEditor?.document.uri.fsPath;
  if (active !== undefined && files.files.includes(active)) return { file: active };
  const suites = files.files.sort().map((file) => ({
    label: `$(beaker) ${nameOf({ file })}`,
    description: relative(folderOf(file), file),
    asked: { file } as SuiteAsked,
  }));
  const agents = (link.state?.agents ?? []).map(({ name }) => ({
    label: `$(pulse) Default suite of ${name}`,
    description: "what every local agent should keep, for 5 minutes",
    asked: { agent: name } as SuiteAsked,
  }));
  const all = [...suites, ...agents];
  if (all.length === 0)
    throw new Error(
      "There is no suite and no agent here: write NAME.perf.json, which VS Code completes as you type, or name an agent in .vscode/agent-vitals.json.",
    );
  const picked = await vscode.window.showQuickPick(all, { title: "Run Which Performance Suite?" });
  return picked?.asked;
}

async function pickWhat(parts: SuiteParts, asked: SuiteAsked): Promise<SuiteAsked | undefined> {
  const outline = asked.file === undefined ? undefined : parts.files.outline(asked.file);
  const run = {
    label: "$(play) Run",
    description: outline ? timeText(outline.repeats, outline.duration) : "",
    ask: async () => asked as SuiteAsked | undefined,
  };
  const compare = (await baselinesOf(parts, asked)).map((one) => ({
    label: `$(git-compare) Compare With ${one.name}`,
    description: `${ageOf(one)}, ${timeText(Math.max(one.repeats, outline?.repeats ?? 1), outline?.duration ?? null)}`,
    ask: async () => compared(parts, asked, one) as SuiteAsked | undefined,
  }));
  const save = {
    label: "$(save) Run and Save as Baseline…",
    description: timeText(enough(outline?.repeats), outline?.duration ?? null),
    ask: () => toSave(parts, asked),
  };
  const picked = await vscode.window.showQuickPick([run, ...compare, save], {
    title: `Performance Suite ${nameOf(asked)}`,
  });
  return picked?.ask();
}

function compared({ files }: SuiteParts, asked: SuiteAsked, { name, repeats }: KeptBaseline): SuiteAsked {
  const own = asked.file === undefined ? undefined : files.outline(asked.file);
  // Of two sides the smaller one decides what can be told.
  return { ...asked, baseline: name, repeats: Math.max(repeats, own?.repeats ?? 1) };
}

async function toSave({ files }: SuiteParts, asked: SuiteAsked): Promise<SuiteAsked | undefined> {
  const outline = asked.file === undefined ? undefined : files.outline(asked.file);
  const repeats = enough(outline?.repeats);
  const saveAs = await vscode.window.showInputBox({
    title: `Save ${nameOf(asked)} as Baseline`,
    prompt: `A name for what it is now, or commit: under the commit that is checked out. ${timeText(repeats, outline?.duration ?? null)}.`,
    value: nameOf(asked),
    validateInput: (text) => (/^[\w.-]+$/.test(text) ? undefined : "Letters, digits, dots and dashes."),
  });
  return saveAs === undefined ? undefined : { ...asked, saveAs, repeats };
}

/** Those of the suite; all where it is not known what it calls itself. The newest first. */
async function baselinesOf({ program, files }: SuiteParts, { file }: SuiteAsked): Promise<KeptBaseline[]> {
  const outline = file === undefined ? undefined : files.outline(file);
  const folder = file === undefined ? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath : folderOf(file);
  const kept = folder === undefined ? [] : await program.baselines(folder);
  return kept.filter(({ suite }) => !outline || suite === outline.name).sort((a, b) => b.time - a.time);
}

async function show({ runs, files }: SuiteParts, asked: SuiteAsked): Promise<void> {
  const running = runs.start(asked);
  const shown = { location: vscode.ProgressLocation.Notification, title: `Suite ${nameOf(asked)}`, cancellable: true };
  const ran = await vscode.window.withProgress(shown, async (progress, token) => {
    token.onCancellationRequested(() => {
      running.end();
      progress.report({ message: "ending: what was measured is kept" });
    });
    let reached = 0;
    const hearing = running.onTold(({ text, share = 0 }) => {
      if (token.isCancellationRequested) return;
      const now = Math.max(reached, share * 100);
      progress.report({ increment: now - reached, message: text.split("\n", 1)[0] ?? "" });
      reached = now;
    });
    const cancelled = (error: Error) => {
      if (!token.isCancellationRequested) throw error;
      return error.message;
    };
    return running.ended.catch(cancelled).finally(() => hearing.dispose());
  });
  // Cancelled before anything was measured.
  if (typeof ran === "string") void vscode.window.showInformationMessage(ran);
  else await tell(files, asked, ran);
}

async function tell(files: SuiteFiles, { file, saveAs }: SuiteAsked, ran: SuiteRan): Promise<void> {
  const { summary, code, shortfalls, report } = ran;
  const outline = file === undefined ? undefined : files.outline(file);
  const first = outline && shortfalls.find((one) => placeOf(one, outline));
  const [open, line] = ["Open Report", "Show Line"];
  // What is not whole is kept as no baseline.
  const saved = saveAs !== undefined && code !== 2 ? ` Kept as baseline ${saveAs}.` : "";
  const buttons = [open, ...(first ? [line] : [])];
  const text = [summary, ...(shortfalls[0] ? [shortfalls[0].message] : [])].join(" ") + saved;
  const choice =
    code === 0
      ? await vscode.window.showInformationMessage(text, ...buttons)
      : await vscode.window.showWarningMessage(text, ...buttons);
  if (choice === open) await openReport(report);
  const place = first && outline && placeOf(first, outline);
  if (choice === line && place && file !== undefined)
    await vscode.window.showTextDocument(vscode.Uri.file(file), { selection: rangeOf(place) });
}

/** @throws when the suite has not been run here */
export async function openSuiteReport({ runs, files }: SuiteParts, target: unknown): Promise<void> {
  const named =
    target instanceof vscode.Uri
      ? target.fsPath
      : ((target as vscode.TestItem | undefined)?.parent ?? (target as vscode.TestItem | undefined))?.uri?.fsPath;
  const active = named ?? vscode.window.activeTextEditor?.document.uri.fsPath;
  const ran = active === undefined ? undefined : runs.last(active);
  const latest =
    ran ?? files.files.flatMap((file) => runs.last(file) ?? []).sort((a, b) => b.result.ended - a.result.ended)[0];
  if (!latest) throw new Error("No suite has been run in this window yet.");
  await openReport(latest.report);
}

const openReport = (report: string) =>
  vscode.commands.executeCommand("vscode.openWith", vscode.Uri.file(report), viewTypes.suiteReport);

const enough = (repeats: number | undefined) => Math.max(REPEATS, repeats ?? 1);
const ageOf = ({ time, repeats }: KeptBaseline) =>
  `${formatAge(Date.now() / 1000 - time)} old, ${repeats} repeat${repeats === 1 ? "" : "s"}`;

/** `10 repeats, about 5 min`. */
function timeText(repeats: number, duration: number | null): string {
  const times = repeats === 1 ? "one repeat" : `${repeats} repeats`;
  return duration === null ? times : `${times}, about ${formatAge(repeats * duration)}`;
}
