import { resolve } from "node:path";
import { ExportFile } from "../collector/protocol.ts";
import { formatBytes, formatCount } from "../model/format.ts";
import type { ExportKind } from "../model/series.ts";
import { type Command, UsageError, type Values } from "./command.ts";
import { connectHere } from "./connection.ts";
import { print, printJson } from "./output.ts";
import { spanOf, timeOf } from "./times.ts";

const KINDS: readonly ExportKind[] = ["series", "latency", "responses", "events", "runs"];

export const exportCommand: Command = {
  name: "export",
  summary: "write what was recorded into a file",
  usage: "export --output FILE [--format json|csv] [--last SPAN | --from TIME [--to TIME]] [--agent NAME] [--json]",
  options: {
    output: { value: "FILE", help: "where to write; an existing file is replaced" },
    format: { value: "json|csv", help: "default: as the file's name ends, else json" },
    last: { value: "SPAN", help: "the last 90s, 15min, 24h, 7d; default 24h" },
    from: { value: "TIME", help: "from a time on, e.g. 2026-11-23T14:30" },
    to: { value: "TIME", help: "up to a time; default now" },
    agent: { value: "NAME", help: "of one agent alone" },
    run: { value: "ID", help: "of one run alone, as the runs' own export names it" },
    kinds: { value: "LIST", help: `of ${KINDS.join(", ")}; default all` },
    json: { help: "say what was written as one JSON document" },
  },
  details: `JSON is one document; CSV is a table, and with several kinds a file for each, FILE-series.csv and so on. Prompts
and answers are never recorded and so never exported.`,

  async run(values) {
    const params = { file: outputOf(values), format: formatOf(values), kinds: kindsOf(values), ...rangeOf(values) };
    const connection = await connectHere();
    try {
      const { agent, run } = values;
      const written = await connection.rpc.sendRequest(ExportFile, {
        ...params,
        ...(typeof agent === "string" && { agent }),
        ...(typeof run === "string" && { run }),
      });
      if (values.json) printJson({ ...params, ...written });
      else print(`${formatCount(written.rows)} rows (${formatBytes(written.bytes)}) in ${params.file}`);
      return 0;
    } finally {
      connection.close();
    }
  },
};

function outputOf({ output }: Values): string {
  if (typeof output !== "string") throw new UsageError("export needs a file to write: --output FILE.");
  return resolve(output);
}

function formatOf({ format, output }: Values): "json" | "csv" {
  const wanted = format ?? (typeof output === "string" && output.endsWith(".csv") ? "csv" : "json");
  if (wanted === "json" || wanted === "csv") return wanted;
  throw new UsageError(`--format is json or csv, not ${JSON.stringify(wanted)}.`);
}

function kindsOf({ kinds }: Values): ExportKind[] {
  if (typeof kinds !== "string") return [...KINDS];
  return kinds.split(",").map((name) => {
    const kind = KINDS.find((one) => one === name.trim());
    if (!kind) throw new UsageError(`--kinds holds ${JSON.stringify(name)}: there are ${KINDS.join(", ")}.`);
    return kind;
  });
}

function rangeOf({ last, from, to }: Values): { from: number; to: number } {
  if (last !== undefined && from !== undefined) throw new UsageError("--last and --from exclude each other.");
  const end = typeof to === "string" ? timeOf(to, "to") : Date.now() / 1000;
  const begin = typeof from === "string" ? timeOf(from, "from") : end - spanOf(String(last ?? "24h"), "last");
  if (begin >= end) throw new UsageError("--from lies behind --to: there is nothing between them.");
  return { from: begin, to: end };
}
