import type { CommandGroup } from "../command.ts";

export const suite: CommandGroup = {
  name: "suite",
  summary: "performance suites: run them, compare results, keep baselines",
  usage: "suite COMMAND [OPTIONS]",
  details: "Loads an agent as its users would, and tells whether it keeps its objectives and became faster or slower.",
  commands: async () => (await import("./commands.ts")).commands,
};
