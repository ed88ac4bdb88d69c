import { DeleteRecord, type RecordSummary, SummarizeRecord } from "../collector/protocol.ts";
import { formatBytes, formatCount } from "../model/format.ts";
import { type Command, UsageError } from "./command.ts";
import { connectHere } from "./connection.ts";
import { print, printable, printJson } from "./output.ts";
import { table } from "./table.ts";

export const record: Command = {
  name: "record",
  summary: "say what is recorded of this workspace, or delete it",
  usage: "record [--delete [--agent NAME]] [--json]",
  options: {
    delete: { help: "delete all recorded figures of this workspace" },
    agent: { value: "NAME", help: "with --delete: of this agent alone" },
    json: { help: "print what is recorded (afterwards) as one JSON document" },
  },
  details: `Figures and names are recorded: times, sizes, counts, names of models, agents and metrics. Prompts and answers
are not.`,

  async run(values) {
    const { agent } = values;
    if (agent !== undefined && !values.delete) throw new UsageError("--agent goes with --delete.");
    const connection = await connectHere();
    try {
      if (values.delete) await connection.rpc.sendRequest(DeleteRecord, typeof agent === "string" ? { agent } : {});
      const summary = await connection.rpc.sendRequest(SummarizeRecord);
      if (values.json) printJson(summary);
      else print(report(summary));
      return 0;
    } finally {
      connection.close();
    }
  },
};

function report({ file, size, from, to, agents, series }: RecordSummary): string {
  const where =
    file === undefined ? "Nothing is kept on disk." : `${file}: ${formatBytes(size)}, all workspaces together`;
  if (from === undefined || to === undefined) return `${where}\nNothing of this workspace is recorded.`;
  const day = (time: number) => new Date(time * 1000).toLocaleString();
  const columns = [{ title: "Agent" }, { title: "Runs", right: true }, { title: "Responses", right: true }];
  const rows = agents.map((a) => [printable(a.agent), formatCount(a.runs), formatCount(a.responses)]);
  return [where, `From ${day(from)} to ${day(to)}, ${formatCount(series)} series`, "", ...table(columns, rows)].join(
    "\n",
  );
}
