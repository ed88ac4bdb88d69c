/** `agent-vitals COMMAND`: the collector from a terminal. */
import { attach } from "./attach.ts";
import { nodeCheck } from "./checks/machine.ts";
import { type Command, type CommandGroup, Failure, UsageError } from "./command.ts";
import { doctor } from "./doctor.ts";
import { exportCommand } from "./export.ts";
import { gc } from "./gc.ts";
import { handles } from "./handles.ts";
import { heap } from "./heap/heap.ts";
import { commandHelp, groupHelp, help } from "./help.ts";
import { installation } from "./installation.ts";
import { leaks } from "./leaks.ts";
import { listen } from "./listen.ts";
import { nearest, parseOptions } from "./options.ts";
import { print, tell } from "./output.ts";
import { record } from "./record.ts";
import { serve } from "./serve.ts";
import { snapshot } from "./snapshot.ts";
import { suite } from "./suite/suite.ts";

const commands: readonly (Command | CommandGroup)[] = [
  attach,
  listen,
  serve,
  record,
  exportCommand,
  leaks,
  handles,
  gc,
  snapshot,
  heap,
  suite,
  doctor,
];
const asksForHelp = (word: string) => ["", "help", "--help", "-h"].includes(word);

async function main([name = "", ...args]: string[]): Promise<number> {
  if (name === "--version" || name === "-v") {
    print(installation().version);
    return 0;
  }
  if (asksForHelp(name)) {
    print(help(commands));
    return name === "" ? 2 : 0;
  }
  const found = find(commands, name, "");
  if (!("commands" in found)) return runCommand(found, args);
  const [inner = "", ...rest] = args;
  if (asksForHelp(inner)) {
    print(groupHelp(found, await found.commands()));
    return inner === "" ? 2 : 0;
  }
  return runCommand(find(await found.commands(), inner, `${found.name} `), rest);
}

function find<Kind extends { name: string }>(all: readonly Kind[], name: string, group: string): Kind {
  const command = all.find((one) => one.name === name);
  if (command) return command;
  const names = all.map((one) => one.name);
  const near = nearest(name, names);
  throw new UsageError(
    `${group}${name} is no command: ${near ? `did you mean ${group}${near}?` : `there are ${names.join(", ")}.`}`,
  );
}

async function runCommand(command: Command, args: string[]): Promise<number> {
  const end = command.takesCommand ? args.indexOf("--") : -1;
  const own = end === -1 ? args : args.slice(0, end);
  const values = parseOptions(command, own);
  if (values.help) {
    print(commandHelp(command));
    return 0;
  }
  const { status, detail, advice } = nodeCheck();
  if (status === "failed" && command !== doctor) throw new Failure(`${detail} is too old for this. ${advice}`);
  return command.run(values, end === -1 ? [] : args.slice(end + 1));
}

// Whoever waits for what never comes would end without a word, and with 0; an error that nothing catches with 1.
let exitCode = 2;
process.once("exit", () => {
  process.exitCode = exitCode;
});
const giveUp = () => tell("agent-vitals: it ended before it was done: what it waited for can't come any more.");
process.once("beforeExit", giveUp);

main(process.argv.slice(2))
  .catch((error: unknown) => {
    tell(`agent-vitals: ${error instanceof Error ? error.message : error}`);
    return 2;
  })
  .then((code) => {
    process.off("beforeExit", giveUp);
    exitCode = code;
  });
