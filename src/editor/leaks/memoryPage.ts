import { existsSync } from "node:fs";
import * as vscode from "vscode";
import { CancelLeakHuntIn, GetLeaks } from "../../collector/protocol.ts";
import type { DashboardNotification, DashboardRequest, ShownLeaks, ShownSuspect } from "../../model/dashboard.ts";
import type { AgentLeaks, LeakReported } from "../../model/leaks.ts";
import type { CollectorLink } from "../collectorLink.ts";
import { openHeapObject } from "../heap/heapEditor.ts";
import { revealPlace } from "../heap/revealPlace.ts";
import { excerptAt } from "./excerpt.ts";
import { explainRule } from "./explainRule.ts";
import type { LeakProblems } from "./leakProblems.ts";

/** What the dashboard's page of memory is told, while it is shown, and what it may have done. */
export class MemoryPage implements vscode.Disposable {
  readonly #link: CollectorLink;
  readonly #problems: LeakProblems;
  readonly #extensionUri: vscode.Uri;
  readonly #tell: (notification: DashboardNotification) => void;
  readonly #subscriptions: vscode.Disposable[];
  /** Whose leaks are shown. */
  #agent: string | undefined;
  #leaks: AgentLeaks | undefined;
  /** What was read of the sources of a report; read once a report. */
  #read: { reported: LeakReported; sources: Promise<Source[]> } | undefined;

  constructor(
    link: CollectorLink,
    problems: LeakProblems,
    extensionUri: vscode.Uri,
    tell: (notification: DashboardNotification) => void,
  ) {
    this.#link = link;
    this.#problems = problems;
    this.#extensionUri = extensionUri;
    this.#tell = tell;
    this.#subscriptions = [
      link.onLeaks((leaks) => {
        if (leaks.agent === this.#agent) void this.#show(leaks);
      }),
      problems.onSilence(() => {
        if (this.#leaks) void this.#show(this.#leaks);
      }),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  /** Tells of an agent's leaks from now on, or of none. */
  async watch(agent: string | undefined): Promise<void> {
    this.#agent = agent;
    this.#leaks = undefined;
    if (agent === undefined) return;
    const leaks = await (await this.#link.connect()).sendRequest(GetLeaks, { agent });
    if (this.#agent === agent && !this.#leaks) await this.#show(leaks);
  }

  /** Acts on a suspect by its place in a report: a webview never names a file. */
  async act({ agent, time, index, action }: Extract<DashboardRequest, { kind: "suspect" }>): Promise<void> {
    const { reported } = this.#leaks ?? {};
    const suspect = reported?.agent === agent && reported.time === time ? reported.report.suspects[index] : undefined;
    if (!reported || !suspect) throw new Error("another hunt has ended since: act on what it found");
    switch (action) {
      case "reveal": {
        if (!suspect.location) throw new Error(suspect.locationNote ?? "no line is known of it");
        const { file, line, column } = suspect.location;
        await revealPlace({ file, line: line - 1, column: column - 1 });
        return;
      }
      case "retainers": {
        const snapshot = reported.report.snapshots.at(-1);
        if (snapshot === undefined || !existsSync(snapshot))
          throw new Error("its snapshots are not kept any more: hunt again");
        await openHeapObject(snapshot, suspect.example);
        return;
      }
      case "explain":
        await explainRule(this.#extensionUri, suspect.rule);
        return;
      case "silence":
        await this.#problems.silence(suspect);
    }
  }

  async cancelHunt(agent: string): Promise<void> {
    await (await this.#link.connect()).sendRequest(CancelLeakHuntIn, { agent });
  }

  async #show(leaks: AgentLeaks): Promise<void> {
    this.#leaks = leaks;
    const suspects = await this.#suspects(leaks.reported);
    // Meanwhile something newer was told.
    if (this.#leaks !== leaks) return;
    const shown: ShownLeaks = { ...leaks, suspects };
    this.#tell({ kind: "leaks", agent: leaks.agent, leaks: shown });
  }

  async #suspects(reported: LeakReported | undefined): Promise<ShownSuspect[]> {
    if (!reported) return [];
    if (this.#read?.reported.time !== reported.time || this.#read.reported.agent !== reported.agent)
      this.#read = { reported, sources: Promise.all(reported.report.suspects.map((one) => sourceOf(one, reported))) };
    const sources = await this.#read.sources;
    const last = reported.report.snapshots.at(-1);
    const kept = last !== undefined && existsSync(last);
    return reported.report.suspects.map((suspect, i) => ({
      changed: false,
      ...sources[i],
      silenced: this.#problems.isSilenced(suspect),
      kept,
    }));
  }
}

type Source = Pick<ShownSuspect, "path" | "excerpt" | "changed">;

async function sourceOf(
  { location }: LeakReported["report"]["suspects"][number],
  { time }: LeakReported,
): Promise<Source> {
  if (!location) return { changed: false };
  const path = vscode.workspace.asRelativePath(location.file);
  return { path, ...(await excerptAt(location, time)) };
}
