import { relative, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { checkSuite } from "../../suites/format/checkSuite.ts";
import { type Command, UsageError } from "../command.ts";
import { print, printable, printJson } from "../output.ts";
import { findWorkspace } from "../workspace.ts";
import { problemLine } from "./read.ts";

export const check: Command = {
  name: "check",
  summary: "say what is wrong in suites and in the data they name, without running them",
  usage: "suite check FILE… [--stdin] [--json]",
  operands: [{ name: "FILE", many: true }],
  options: {
    stdin: { help: "take the text of FILE from standard input: an editor has it unsaved" },
    json: { help: "print what the suites hold, where it stands, and what is wrong, as one JSON document" },
  },
  details: `A suite in code is loaded, which runs its module. Of a text from standard input the first 100,000 rows of each data
file are looked at, else all. Exit codes: 0 nothing is wrong, 1 a suite has an error, 2 could not be done.`,

  async run(values) {
    const files = (values.FILE as readonly string[]).map((file) => resolve(file));
    const [first] = files;
    if (values.stdin && (files.length > 1 || !first?.endsWith(".json")))
      throw new UsageError("--stdin has the text of one suite: give one FILE.perf.json.");
    const surroundings = { workspaceFolder: findWorkspace(process.cwd()), env: { ...process.env } };
    const own = values.stdin ? { text: await text(process.stdin) } : {};
    const suites = [];
    for (const file of files) suites.push(await checkSuite({ file, ...own }, surroundings));
    const problems = suites.flatMap((suite) => suite.problems);
    if (values.json) printJson({ suites });
    else if (problems.length > 0) print(problems.map(problemLine).join("\n"));
    else print(`Nothing is wrong: ${files.map((file) => printable(relative(process.cwd(), file))).join(", ")}.`);
    return problems.some(({ severity }) => severity === "error") ? 1 : 0;
  },
};
