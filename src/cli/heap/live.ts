import { GetHeapSummary } from "../../collector/protocol.ts";
import { formatBytes } from "../../model/format.ts";
import { heapRows, type MemoryRow, processRows, threadName } from "../../model/heapSummary.ts";
import { targetOptions, whileAttached } from "../attached.ts";
import type { Command } from "../command.ts";
import { print, printable, printJson, styled } from "../output.ts";
import { type Column, table } from "../table.ts";
import { targetOf } from "../target.ts";
import { json } from "./open.ts";

export const live: Command = {
  name: "live",
  summary: "tell where the memory of a process is, without a snapshot",
  usage: "heap live (--pid N | --inspect URL | --port N) [--json]",
  options: { ...targetOptions, json },
  details: `Heap in use, taken and allowed, V8's spaces, what objects hold outside of it, and what is resident beside all
that; of each worker thread too. The agent does not pause for it. What was opened for this is closed again.`,

  run: (values) =>
    whileAttached(targetOf(values), async ({ rpc }, agent) => {
      const summary = await rpc.sendRequest(GetHeapSummary, { agent });
      if (values.json) {
        printJson({ agent, ...summary });
        return 0;
      }
      const { pid, runtime, threads } = summary;
      print(`${printable(agent)} (pid ${pid}${runtime === undefined ? "" : `, ${runtime}`})`);
      show("Process", processRows(summary));
      for (const one of threads) show(threadName(one.thread), heapRows(one));
      return 0;
    }),
};

function show(title: string, rows: readonly MemoryRow[]): void {
  const columns: Column[] = [{ title }, { title: "", right: true }, { title: "" }];
  const [head = "", ...lines] = table(
    columns,
    rows.map(({ what, bytes, note }) => [what, formatBytes(bytes), note]),
  );
  print(`\n${styled("bold", head)}\n${lines.join("\n")}`);
}
