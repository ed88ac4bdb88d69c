/** `agent-vitals COMMAND`: the collector from a terminal. */
import { attach } from "./attach.ts";
import { nodeCheck } from "./checks/machine.ts";
import { type Command, Failure, UsageError } from "./command.ts";
import { doctor } from "./doctor.ts";
import { exportCommand } from "./export.ts";
import { commandHelp, help } from "./help.ts";
import { installation } from "./installation.ts";
import { listen } from "./listen.ts";
import { nearest, parseOptions } from "./options.ts";
import { print, tell } from "./output.ts";
import { record } from "./record.ts";
import { serve } from "./serve.ts";

const commands: readonly Command[] = [attach, listen, serve, record, exportCommand, doctor];

async function main([name = "", ...args]: string[]): Promise<number> {
  if (name === "--version" || name === "-v") {
    print(installation().version);
    return 0;
  }
  if (["", "help", "--help", "-h"].includes(name)) {
    print(help(commands));
    return name === "" ? 2 : 0;
  }
  const command = commands.find((one) => one.name === name);
  if (!command) {
    const names = commands.map((one) => one.name);
    const near = nearest(name, names);
    throw new UsageError(`${name} is no command: ${near ? `did you mean ${near}?` : `there are ${names.join(", ")}.`}`);
  }
  const values = parseOptions(command.options, args);
  if (values.help) {
    print(commandHelp(command));
    return 0;
  }
  const { status, detail, advice } = nodeCheck();
  if (status === "failed" && command !== doctor) throw new Failure(`${detail} is too old for this. ${advice}`);
  return command.run(values);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    tell(`agent-vitals: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 2;
  },
);
