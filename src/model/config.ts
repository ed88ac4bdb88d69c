/** The agents that a workspace names in its config file; the file's form is in `configSchema.ts`. */

import type { TurnRequest } from "./configSchema.ts";
import type { ModelPattern } from "./queryTypes.ts";

/** Where the file lies in its folder. */
export const CONFIG_PATH = ".vscode/agent-vitals.json";

/** An agent ready to be launched: variables replaced, paths absolute, durations in seconds. */
export interface AgentDefinition {
  name: string;
  command: string;
  args: string[];
  cwd: string;
  env: Record<string, string | null>;
  primaryQueryType: string;
  thresholds: Record<string, number>;
  models: ModelPattern[];
  /** How a turn is made, in one way or several. */
  turns: TurnRequest[];
  stop: { signal: "SIGTERM" | "SIGINT"; timeout: number };
}

const units: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** Seconds of a duration such as "250ms", "2s", "5m", "1h"; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  if (!match) return undefined;
  return Number(match[1]) * (units[match[2] ?? ""] ?? Number.NaN);
}
