import { END_RUN, type SuiteRunTold } from "../../model/suiteRun.ts";
import type { SuiteProgress } from "../../suites/run/runSuite.ts";
import type { Suite } from "../../suites/suite.ts";
import { progressText } from "./progress.ts";

/** Calls `end` when the program that forked this one, such as an editor, asks for it or is gone. */
export function awaitParent(end: () => void): void {
  if (!process.send) return;
  process.on("message", (message) => message === END_RUN && end());
  process.on("disconnect", end);
  // Who waits for its word is no reason to go on.
  process.channel?.unref();
}

/** Tells that program how a run goes. */
export class ParentChannel {
  readonly #runs: number;
  #ended = 0;

  constructor({ scenarios, repeats }: Pick<Suite, "scenarios" | "repeats">) {
    this.#runs = scenarios.length * repeats;
  }

  readonly hear = (progress: SuiteProgress): void => {
    if (!process.connected) return;
    const text = progressText(progress);
    if (progress.kind === "ended") this.#ended++;
    const { scenario, phase } = phaseOf(progress);
    const told: SuiteRunTold = {
      text,
      ...(scenario !== undefined && { scenario }),
      ...(phase && { phase }),
      share: Math.min(1, (this.#ended + withinOf(progress)) / this.#runs),
    };
    // A parent that is leaving hears no more, which is what leaving means.
    process.send?.(told, () => {});
  };
}

function phaseOf(progress: SuiteProgress): Pick<SuiteRunTold, "scenario" | "phase"> {
  if (progress.kind === "step" || progress.kind === "note") return {};
  const { scenario, kind } = progress;
  return { scenario, phase: kind === "observing" ? "running" : kind };
}

/** How much of the scenario that runs is over, 0 to 1. */
function withinOf(progress: SuiteProgress): number {
  if (progress.kind !== "running" && progress.kind !== "observing") return 0;
  const { elapsed, of } = progress;
  return Number.isFinite(of) && of > 0 ? Math.min(1, elapsed / of) : 0;
}
