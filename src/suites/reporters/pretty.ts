import type { SuiteReport } from "./report.ts";
import {
  comparisonTable,
  headline,
  machineLines,
  method,
  objectiveTable,
  type ReportTable,
  scenarioTable,
} from "./rows.ts";

/** How a terminal shows what it is given; plain text where it is none. */
export interface Terminal {
  styled(style: "bold" | "dim" | "red" | "green", text: string): string;
  printable(text: string): string;
  table(columns: ReportTable["columns"], rows: string[][]): string[];
}

/** For a terminal: the verdict in a sentence, then what it rests on. */
export function pretty({ result }: SuiteReport, { styled, printable, table }: Terminal): string {
  const { suite, comparison, objectives, machine, kept } = result;
  const tableOf = ({ columns, rows }: ReportTable) => {
    const [head = "", ...lines] = table(
      columns,
      rows.map((row) => row.map(printable)),
    );
    return ["", styled("dim", head), ...lines.map(coloured)];
  };
  const coloured = (line: string) =>
    /\b(slower|missed|more often)\b/.test(line)
      ? styled("red", line)
      : /\b(faster|less often)\b/.test(line)
        ? styled("green", line)
        : line;
  const { title, figures, notes } = machineLines(machine);
  const deciding = comparison?.changes ?? [];
  return [
    `${styled("bold", printable(suite))}: ${coloured(printable(headline(result) || "measured."))}`,
    ...tableOf(scenarioTable(result)),
    ...(objectives.length > 0 ? tableOf(objectiveTable(result)) : []),
    ...(deciding.length > 0 ? tableOf(comparisonTable(deciding)) : []),
    "",
    ...[...notes, ...(comparison?.differences ?? [])].map((note) => `! ${printable(note)}`),
    styled("dim", `${title}${figures ? `: ${figures}` : ""}. ${printable(method(result))}`),
    ...kept.map((file) => `kept: ${printable(file)}`),
  ].join("\n");
}
