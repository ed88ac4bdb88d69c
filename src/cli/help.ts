import { type Command, type CommandGroup, helpOption } from "./command.ts";
import { table } from "./table.ts";

const exitCodes = "Exit codes: 0 all well, 1 a check failed or an objective was missed, 2 could not be done.";

export function help(commands: readonly (Command | CommandGroup)[]): string {
  return [
    "Usage: agent-vitals COMMAND [OPTIONS]",
    "",
    "Measures local AI agents from a terminal, and reads their heap snapshots.",
    "",
    ...indented(commands.map(({ name, summary }) => [name, summary])),
    "",
    "agent-vitals COMMAND --help tells a command's options, agent-vitals --version the version.",
    exitCodes,
  ].join("\n");
}

export function groupHelp({ name, usage, details }: CommandGroup, commands: readonly Command[]): string {
  return [
    `Usage: agent-vitals ${usage}`,
    "",
    details,
    "",
    ...indented(commands.map((command) => [command.name, command.summary])),
    "",
    `agent-vitals ${name} COMMAND --help tells a command's options.`,
    exitCodes,
  ].join("\n");
}

export function commandHelp({ usage, options, details }: Command): string {
  const all = Object.entries({ ...options, help: helpOption });
  return [
    `Usage: agent-vitals ${usage}`,
    "",
    details,
    "",
    ...indented(all.map(([name, { value, help }]) => [`--${name}${value === undefined ? "" : ` ${value}`}`, help])),
    "",
    exitCodes,
  ].join("\n");
}

function indented(rows: string[][]): string[] {
  const [, ...lines] = table([{ title: "" }, { title: "" }], rows);
  return lines.map((line) => `  ${line}`);
}
