import type { CommandGroup } from "../command.ts";
import { diff } from "./diff.ts";
import { dump } from "./dump.ts";
import { live } from "./live.ts";
import { node } from "./node.ts";
import { retainers } from "./retainers.ts";
import { stats } from "./stats.ts";
import { summary } from "./summary.ts";

export const heap: CommandGroup = {
  name: "heap",
  summary: "read heap snapshots: classes, differences, what holds an object; sum up a live heap",
  usage: "heap COMMAND (FILE | PROCESS) [OPTIONS]",
  details:
    "Reads .heapsnapshot files of Node and Chrome, however large; sizes and distances equal those of DevTools. live asks a process that runs.",
  commands: async () => [summary, diff, retainers, node, stats, dump, live],
};
