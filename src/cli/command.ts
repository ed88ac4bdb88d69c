/** What a command line says is not understood: one line for people, exit code 2. */
export class UsageError extends Error {}

/** What could not be done, with what to do: one line or a few for people, exit code 2. */
export class Failure extends Error {}

/** An option by its name; `value` names what it takes, e.g. `N`; without it is a switch. */
export interface Option {
  value?: string;
  help: string;
}

/** What stands in a command line without an option's name: a file. */
export interface Operand {
  name: string;
  optional?: boolean;
  /** The last one, of which there may be several: its value is a list. */
  many?: boolean;
}

export interface Command {
  name: string;
  /** One line for the list of commands. */
  summary: string;
  /** What follows `agent-vitals` in its usage line. */
  usage: string;
  options: Readonly<Record<string, Option>>;
  /** In their order; the optional ones last. Their values stand beside those of the options. */
  operands?: readonly Operand[];
  /** Takes a command line of its own behind `--`. */
  takesCommand?: boolean;
  /** Paragraphs below the options. */
  details: string;
  /** @param command what stands behind `--` @returns the exit code */
  run(values: Values, command: readonly string[]): Promise<number>;
}

/** Commands of one kind: `agent-vitals NAME COMMAND`. */
export interface CommandGroup {
  name: string;
  summary: string;
  usage: string;
  details: string;
  /** Loaded when one of them is used or told of, where they take much: other commands begin sooner. */
  commands: () => Promise<readonly Command[]>;
}

/** Options as they were given: the value of those that take one, true for switches, a list of an operand of many. */
export type Values = Readonly<Record<string, string | true | readonly string[] | undefined>>;

export const helpOption: Option = { help: "print this" };
