import { formatBytes, formatCount } from "../../model/format.ts";
import type { HeapNodeDetails } from "../../model/heap.ts";
import { type Command, type Option, UsageError, type Values } from "../command.ts";
import { numberOf } from "../options.ts";
import { print, printable, printJson } from "../output.ts";
import {
  clearProgress,
  FILE,
  failing,
  force,
  json,
  type OpenedSnapshotFile,
  openSnapshotFile,
  placeText,
} from "./open.ts";

export const idOption: Option = { value: "N", help: "the object's id, as in @1201 without the @" };

/** As DevTools numbers the distance of what nothing leads to. */
const UNREACHABLE = -5;

export const node: Command = {
  name: "node",
  summary: "tell one object: its class, sizes, distance, and how many are held like it",
  usage: "heap node FILE --id N [--json]",
  operands: [FILE],
  options: { id: idOption, force, json },
  details:
    "Ids are V8's: the same object keeps its id in all snapshots of a process. The distance of what nothing leads to is -5, as in DevTools.",

  async run(values) {
    const opened = openSnapshotFile(values);
    const details = nodeOf(opened, values);
    clearProgress();
    if (values.json) printJson({ ...details, distance: details.distance ?? UNREACHABLE });
    else print(describe(details));
    return 0;
  },
};

/** The object that `--id` names. */
export function nodeOf({ ask }: OpenedSnapshotFile, values: Values): HeapNodeDetails {
  const id = numberOf(values, "id", { min: 0 });
  if (id === undefined) throw new UsageError("--id N is missing: it names the object.");
  return failing(String(values[FILE.name]), () => ask({ kind: "node", id }));
}

export function describe(details: HeapNodeDetails): string {
  const { id, type, className, preview, place, selfSize, retainedSize, distance, alike, dominator } = details;
  const lines = [
    `${nameText(details)} @${id}${preview === undefined ? "" : ` ${printable(preview)}`}`,
    `  class      ${printable(className)}, ${type}${place ? `, ${placeText(place, true)}` : ""}`,
    `  own size   ${formatBytes(selfSize)}`,
    `  retained   ${formatBytes(retainedSize)}, ${formatCount(details.dominates)} objects directly`,
    `  distance   ${distance ?? "nothing leads to it"}`,
  ];
  if (dominator) lines.push(`  kept by    ${nameText(dominator)} @${dominator.id} alone`);
  if (alike) {
    lines.push(`  held by    ${printable(alike.words)}`);
    if (alike.count > 1)
      lines.push(
        `  alike      ${formatCount(alike.count)} are held in this same way and retain ${formatBytes(alike.retainedSize)}`,
      );
  }
  for (const { function: name, ...at } of details.allocatedAt ?? [])
    lines.push(`  allocated  ${printable(name || "(anonymous)")} ${placeText(at, true)}`);
  return lines.join("\n");
}

/** V8's stores have no name: their type says what they are. */
export const nameText = ({ name, type }: { name: string; type: string }): string =>
  name === "" ? `(${type})` : printable(name);
