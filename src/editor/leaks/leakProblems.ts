import { existsSync } from "node:fs";
import * as vscode from "vscode";
import { GetLeakReports, LeakHuntEnded } from "../../collector/protocol.ts";
import { formatBytes } from "../../model/format.ts";
import type { LeakReported, LeakSuspect } from "../../model/leaks.ts";
import type { CollectorLink } from "../collectorLink.ts";

/** A finding that stands in the Problems panel. */
export interface LeakFinding {
  agent: string;
  suspect: LeakSuspect & { location: NonNullable<LeakSuspect["location"]> };
  /** The last snapshot of its hunt, where they were kept. */
  snapshot: string | undefined;
  /** Snapshots are taken of Node agents alone. */
  isPython: boolean;
}

const SILENCED = "agentVitals.silencedLeaks";

/** Shows what the last hunt in each agent found, in the Problems panel at the line that makes it. */
export class LeakProblems implements vscode.Disposable {
  readonly #diagnostics = vscode.languages.createDiagnosticCollection("agent-vitals-leaks");
  readonly #memory: vscode.Memento;
  readonly #subscription: vscode.Disposable;
  readonly #reported = new Map<string, LeakReported>();
  readonly #findings = new Map<vscode.Diagnostic, LeakFinding>();
  readonly #silenceChanged = new vscode.EventEmitter<undefined>();
  /** Something was silenced, or is shown again. */
  readonly onSilence = this.#silenceChanged.event;

  /** @param memory of the workspace: what was silenced in it */
  constructor(link: CollectorLink, memory: vscode.Memento) {
    this.#memory = memory;
    this.#subscription = link.onStatus(({ state }) => {
      if (state === "connected") void this.#follow(link);
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#diagnostics.dispose();
    this.#silenceChanged.dispose();
  }

  /** The finding that a diagnostic shows; undefined for those of others. */
  findingOf(diagnostic: vscode.Diagnostic): LeakFinding | undefined {
    for (const [own, finding] of this.#findings)
      if (own.message === diagnostic.message && own.range.isEqual(diagnostic.range)) return finding;
    return undefined;
  }

  /** Hides a finding in this workspace from now on, also when a later hunt finds it again. */
  async silence(suspect: LeakSuspect): Promise<void> {
    await this.#keep([...this.#silenced(), keyOf(suspect)]);
  }

  isSilenced(suspect: LeakSuspect): boolean {
    return this.#silenced().includes(keyOf(suspect));
  }

  async showSilenced(): Promise<void> {
    await this.#keep(undefined);
  }

  /** Tells of the hunts that have ended, and of those that will. */
  async #follow(link: CollectorLink): Promise<void> {
    const rpc = await link.connect();
    rpc.onNotification(LeakHuntEnded, (reported) => {
      this.#reported.set(reported.agent, reported);
      this.#show();
    });
    for (const reported of await rpc.sendRequest(GetLeakReports)) this.#reported.set(reported.agent, reported);
    this.#show();
  }

  async #keep(silenced: string[] | undefined): Promise<void> {
    await this.#memory.update(SILENCED, silenced);
    this.#show();
    this.#silenceChanged.fire(undefined);
  }

  #silenced(): string[] {
    return this.#memory.get<string[]>(SILENCED) ?? [];
  }

  #show(): void {
    const silenced = new Set(this.#silenced());
    const findings = [...this.#reported.values()]
      .flatMap(findingsOf)
      .filter((one) => !silenced.has(keyOf(one.suspect)));
    this.#diagnostics.clear();
    this.#findings.clear();
    for (const [file, inFile] of Map.groupBy(findings, ({ suspect }) => suspect.location.file)) {
      const shown = inFile.map((finding) => {
        const diagnostic = toDiagnostic(finding);
        this.#findings.set(diagnostic, finding);
        return diagnostic;
      });
      this.#diagnostics.set(vscode.Uri.file(file), shown);
    }
  }
}

function findingsOf({ agent, report }: LeakReported): LeakFinding[] {
  if (report.verdict !== "leak") return [];
  const last = report.snapshots.at(-1);
  const snapshot = last !== undefined && existsSync(last) ? last : undefined;
  return report.suspects.flatMap((suspect) =>
    suspect.location
      ? [
          {
            agent,
            suspect: { ...suspect, location: suspect.location },
            snapshot,
            isPython: report.runtime === "python",
          },
        ]
      : [],
  );
}

/** What stays the same from hunt to hunt, also when lines move. */
const keyOf = ({ rule, location, variable, class: name }: LeakSuspect) =>
  JSON.stringify([rule, location?.file ?? null, variable, name]);

function toDiagnostic({ agent, suspect }: LeakFinding): vscode.Diagnostic {
  const { location, explanation, growthBytes, growthPerTurn, retainerPath, rule } = suspect;
  const start = new vscode.Position(location.line - 1, location.column - 1);
  const rise = growthPerTurn === null ? `${formatBytes(growthBytes)} more` : `${formatBytes(growthPerTurn)} a turn`;
  // Of descriptors there are no bytes.
  const figures = growthBytes > 0 ? `${rise} in ${agent}` : `In ${agent}`;
  const held = retainerPath === "" ? "" : `\nHeld by: ${retainerPath}`;
  const diagnostic = new vscode.Diagnostic(
    // To the end of the line, whatever its length.
    new vscode.Range(start, start.with({ character: Number.MAX_SAFE_INTEGER })),
    `${explanation} ${figures}.${held}`,
    vscode.DiagnosticSeverity.Warning,
  );
  diagnostic.source = "Agent Vitals";
  diagnostic.code = rule;
  return diagnostic;
}
