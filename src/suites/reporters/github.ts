import { printableLine } from "../../model/printable.ts";
import { amountOf, changeText, claimText, measureTitle } from "../../model/suiteWords.ts";
import type { SuiteReport } from "./report.ts";
import { headline, objectiveValue } from "./rows.ts";

/**
 * Workflow commands of GitHub Actions for standard output: an annotation for each objective that was missed and each
 * measure that became slower. The step's summary is the `markdown` report.
 */
export function github({ result }: SuiteReport): string {
  const { suite, file, comparison, objectives, machine, status } = result;
  const place = file === undefined ? "" : `file=${property(file)},`;
  const command = (kind: "error" | "warning" | "notice", title: string, message: string) =>
    `::${kind} ${place}title=${property(`${suite}: ${title}`)}::${data(message)}`;
  const missed = objectives
    .filter(({ verdict }) => verdict === "missed")
    .map((one) => {
      const where = one.scenario === undefined ? "" : `${one.scenario}: `;
      return command("error", "objective missed", `${where}${one.objective} is missed: ${objectiveValue(one)}`);
    });
  const slower = (comparison?.changes ?? [])
    .filter(({ decides, verdict }) => decides && verdict === "slower")
    .map((change) => {
      const figures = `${amountOf(change, change.baseline)} → ${amountOf(change, change.now)}`;
      const title = claimText(change).replace(/^is /, "");
      return command("error", title, `${change.scenario}, ${measureTitle(change)}: ${figures}, ${changeText(change)}`);
    });
  const warnings = [...machine.notes, ...(comparison?.differences ?? [])];
  return [
    ...(status === "complete" ? [] : [command("error", status, headline(result))]),
    ...missed,
    ...slower,
    ...warnings.map((warning) => command("warning", "machine", warning)),
    command("notice", "result", headline(result) || "done"),
    "",
  ].join("\n");
}

// As @actions/core escapes them; one line has no line breaks to be escaped.
const data = (text: string) => printableLine(text).replace(/%/g, "%25");
const property = (text: string) => data(text).replace(/:/g, "%3A").replace(/,/g, "%2C");
