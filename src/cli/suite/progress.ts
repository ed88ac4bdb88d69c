import { formatCount, formatDuration, threeDigits } from "../../model/format.ts";
import type { SuiteRepeat } from "../../model/suites.ts";
import { figureText, highestText, sweepEnded } from "../../model/suiteWords.ts";
import { quantileOf } from "../../suites/histograms.ts";
import type { SuiteProgress } from "../../suites/run/runSuite.ts";
import { printable, tell } from "../output.ts";

/** What goes on, on standard error: in a terminal one line that changes, else a line for each repeat. */
export class ProgressLines {
  readonly #changes = process.stderr.isTTY === true;
  #shown = false;

  readonly hear = (progress: SuiteProgress): void => {
    const text = progressText(progress);
    if (progress.kind === "running" || progress.kind === "observing") this.#change(text);
    else if (progress.kind !== "begun") this.#say(text);
    else if (this.#changes) this.#change(text);
    else if (progress.repeat === 0) this.#say(text);
  };

  end(): void {
    if (this.#shown) process.stderr.write("\r\x1b[K");
    this.#shown = false;
  }

  #change(line: string): void {
    if (!this.#changes) return;
    process.stderr.write(`\r\x1b[K${[...line].slice(0, (process.stderr.columns ?? 80) - 1).join("")}`);
    this.#shown = true;
  }

  #say(line: string): void {
    this.end();
    tell(line);
  }
}

/** A line for people; of what ended there may be several. */
export function progressText(progress: SuiteProgress): string {
  switch (progress.kind) {
    case "step":
    case "note":
      return printable(progress.text);
    case "begun":
      return `${printable(progress.scenario)} begins`;
    case "running": {
      const { scenario, elapsed, of, warmUp, level, repeat, underWay } = progress;
      const phase = elapsed < warmUp ? "warming up" : figures(repeat);
      const time = Number.isFinite(of)
        ? `${formatDuration(Math.min(elapsed, of))} of ${formatDuration(of)}`
        : formatDuration(elapsed);
      const at = level === undefined ? "" : ` at ${figureText(level, "count")}`;
      return `${printable(scenario)}${at}  ${time}  ${phase}, ${formatCount(underWay)} under way`;
    }
    case "observing": {
      const { scenario, elapsed, of } = progress;
      const time = `${formatDuration(Math.min(elapsed, of))} of ${formatDuration(of)}`;
      return `${printable(scenario)}  ${time}  taking in what the agent reports`;
    }
    case "ended": {
      const { repeat, broken } = progress.ran;
      const { best, recovery } = repeat;
      const more = [
        best !== undefined && `best ${highestText(best, [repeat])}`,
        recovery !== undefined && `recovered ${recovery === null ? "never" : `in ${formatDuration(recovery)}`}`,
        broken !== undefined && `ended by ${broken}`,
        repeat.invalid ?? sweepEnded(repeat),
      ].filter((one) => typeof one === "string");
      return [`${printable(progress.scenario)}  ${figures(repeat)}`, ...more.map(printable)].join("\n  ");
    }
  }
}

function figures({ requests, errors, rate, histograms }: SuiteRepeat): string {
  const failed = Object.values(errors).reduce((sum, n) => sum + n, 0);
  const durations = histograms.duration ?? [];
  const wait =
    durations.length === 0
      ? []
      : [`p50 ${formatDuration(quantileOf(durations, 0.5))}`, `p95 ${formatDuration(quantileOf(durations, 0.95))}`];
  return [
    `${formatCount(requests)} requests`,
    `${threeDigits(rate)}/s`,
    ...wait,
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
  ].join(", ");
}
