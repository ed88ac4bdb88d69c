import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeFolder } from "../../suites/baselines/makeFolder.ts";
import { readSuite } from "../../suites/format/readSuite.ts";
import { exportK6 } from "../../suites/k6/exportSuite.ts";
import { marks } from "../../suites/k6/requests.ts";
import { type Command, Failure, UsageError } from "../command.ts";
import { print, printable, printJson, tell } from "../output.ts";
import { findWorkspace } from "../workspace.ts";

export const exportSuite: Command = {
  name: "export",
  summary: "write a suite's HTTP scenarios as a script for k6",
  usage: "suite export FILE --k6 DIR [--json]",
  operands: [{ name: "FILE" }],
  options: {
    k6: { value: "DIR", help: "write script.js and the requests of each scenario to DIR" },
    json: { help: "print the files and notes as one JSON document" },
  },
  details: `The script has the same arrivals and objectives, for k6 on one machine or many; what the suite takes
from the environment, and values of headers that are secrets, stay out of it. A summary of k6 is a result: suite compare takes it. Exit codes: 0 written, 2 could not be done.`,

  async run(values) {
    if (typeof values.k6 !== "string") throw new UsageError("Say where to: agent-vitals suite export FILE --k6 DIR.");
    const workspaceFolder = findWorkspace(process.cwd());
    const { suite, problems, document } = await readSuite(
      { file: String(values.FILE) },
      { workspaceFolder, env: { ...process.env }, mark: marks.env },
    );
    for (const { file, line, column, severity, message } of problems)
      tell(`${printable(file)}:${line + 1}:${column + 1}: ${severity}: ${printable(message)}`);
    if (!suite) throw new Failure("The suite has errors: nothing was written.");
    const defaults = (document.value(["defaults"]) ?? {}) as Record<string, string>;
    const { files, notes } = await exportK6(suite, (name) => readFileSync(resolve(suite.folder, name)), defaults);
    const folder = resolve(values.k6);
    try {
      makeFolder(folder);
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    } catch (error) {
      throw new Failure(`The script can't be written to ${folder}: ${(error as Error).message}`);
    }
    const written = Object.keys(files).map((name) => join(folder, name));
    if (values.json) printJson({ files: written, notes });
    else print([...written, ...notes.map((note) => `! ${printable(note)}`)].join("\n"));
    return 0;
  },
};
