import { CollectGarbage } from "../collector/protocol.ts";
import { collectedText } from "../model/garbage.ts";
import { targetOptions, whileAttached } from "./attached.ts";
import type { Command } from "./command.ts";
import { print, printable, printJson } from "./output.ts";
import { targetOf } from "./target.ts";

export const gc: Command = {
  name: "gc",
  summary: "collect an agent's garbage now, and say what that freed",
  usage: "gc (--pid N | --inspect URL | --port N) [--json]",
  options: { ...targetOptions, json: { help: "print what was freed as one JSON document" } },
  details: `Of a Node process in its main thread and its workers, by its inspector; of a Python one by its client. The
agent does nothing else meanwhile, some 0.1 to 1 s for each 100 MiB of its heap. What was opened for this is closed again.`,

  run: (values) =>
    whileAttached(targetOf(values), async ({ rpc }, agent) => {
      const collected = await rpc.sendRequest(CollectGarbage, { agent });
      if (values.json) printJson({ agent, ...collected });
      else print(`${printable(agent)}: ${collectedText(collected)}`);
      return 0;
    }),
};
