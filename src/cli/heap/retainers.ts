import { formatBytes, formatCount } from "../../model/format.ts";
import type { HeapPath, HeapPathStep } from "../../model/heap.ts";
import type { Command } from "../command.ts";
import { numberOf } from "../options.ts";
import { print, printable, printJson } from "../output.ts";
import { describe, idOption, nameText, nodeOf } from "./node.ts";
import { clearProgress, FILE, force, json, openSnapshotFile, placeText } from "./open.ts";

const PATHS = 3;
const MOST_PATHS = 50;
const MOST_RETAINERS = 500;

export const retainers: Command = {
  name: "retainers",
  summary: "show what keeps an object alive",
  usage: "heap retainers FILE --id N [--paths N] [--json]",
  operands: [FILE],
  options: {
    id: idOption,
    paths: { value: "N", help: `how many ways of each kind; ${PATHS} otherwise` },
    force,
    json,
  },
  details:
    "The most telling ways lead through your own objects and variables, the shortest through the fewest references; V8's own steps are folded. The JSON has all that points to the object too.",

  async run(values) {
    const count = numberOf(values, "paths", { min: 1, max: MOST_PATHS }) ?? PATHS;
    const opened = openSnapshotFile(values);
    const node = nodeOf(opened, values);
    const at = { node: node.node, count };
    const telling = opened.ask({ kind: "paths", way: "telling", ...at });
    const shortest = opened.ask({ kind: "paths", way: "shortest", ...at });
    clearProgress();
    if (values.json) {
      const all = opened.ask({ kind: "retainers", node: node.node, window: { from: 0, count: MOST_RETAINERS } });
      printJson({ node, telling, shortest, retainers: all.rows, retainersTotal: all.total });
      return 0;
    }
    const ways = [...told("Most telling", telling), ...told("Shortest", shortest)];
    print([describe(node), ...(ways.length > 0 ? ways : ["", "Nothing keeps it alive."])].join("\n"));
    return 0;
  },
};

function told(title: string, paths: readonly HeapPath[]): string[] {
  return paths.flatMap(({ steps, root }, i) => [
    "",
    paths.length > 1 ? `${title}, ${formatCount(i + 1)} of ${formatCount(paths.length)}` : title,
    ...steps.map(
      (step, depth) => `${"  ".repeat(depth + 1)}${stepText(step)}  ${formatBytes(step.holder.retainedSize)}`,
    ),
    `${"  ".repeat(steps.length + 1)}root: ${printable(root)}`,
  ]);
}

function stepText({ edge, holder, words, place }: HeapPathStep): string {
  const what = words ?? `${nameText(holder)}${holder.preview === undefined ? "" : ` ${holder.preview}`}`;
  const where = place ? ` ${placeText(place)}` : "";
  return printable(`${edge.name} in ${what} @${holder.id}`) + where;
}
