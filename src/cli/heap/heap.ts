import type { CommandGroup } from "../command.ts";
import { diff } from "./diff.ts";
import { dump } from "./dump.ts";
import { node } from "./node.ts";
import { retainers } from "./retainers.ts";
import { stats } from "./stats.ts";
import { summary } from "./summary.ts";

export const heap: CommandGroup = {
  name: "heap",
  summary: "read heap snapshots: classes, differences, what holds an object",
  usage: "heap COMMAND FILE [OPTIONS]",
  details: "Reads .heapsnapshot files of Node and Chrome, however large. Sizes and distances equal those of DevTools.",
  commands: [summary, diff, retainers, node, stats, dump],
};
