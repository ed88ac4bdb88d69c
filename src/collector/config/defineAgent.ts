import { resolve } from "node:path";
import type { JSONPath } from "jsonc-parser";
import { type JsonDocument, pathText } from "../../jsonc/document.ts";
import { readText } from "../../jsonc/readText.ts";
import { substitute } from "../../jsonc/variables.ts";
import { type AgentDefinition, parseDuration } from "../../model/config.ts";
import type { AgentConfig } from "../../model/configSchema.ts";
import type { ConfigProblem } from "../../model/state.ts";
import { parseEnvFile } from "./envFile.ts";

interface Surroundings {
  folder: string;
  env: Readonly<Record<string, string | undefined>>;
  /** With the folder's name before it where there are several. */
  name: string;
}

/**
 * Makes a config's agent ready to launch: variables replaced, paths absolute, defaults filled in.
 * @param at where the agent stands in the document
 * @returns no definition when its env file can't be read; the problems are those inside the env file
 */
export function defineAgent(
  document: JsonDocument,
  at: JSONPath,
  config: AgentConfig,
  { folder, env, name }: Surroundings,
): { definition?: AgentDefinition; problems: ConfigProblem[] } {
  const report = (path: JSONPath, reason: string, severity: "error" | "warning") =>
    document.report([...at, ...path], `${pathText([...at, ...path])}: ${reason}`, severity);
  const text = (value: string, ...path: JSONPath) =>
    substitute(value, { workspaceFolder: folder, env }, (reason) => report(path, reason, "warning"));

  const problems: ConfigProblem[] = [];
  let fromFile: Record<string, string> = {};
  if (config.envFile !== undefined) {
    const file = resolve(folder, text(config.envFile, "envFile"));
    try {
      const content = readText(file);
      if (content === undefined) throw new Error('There is no such file. Write it, or remove "envFile".');
      const parsed = parseEnvFile(content);
      fromFile = parsed.values;
      problems.push(...parsed.problems.map((problem) => lineProblem(file, problem)));
    } catch (error) {
      report(["envFile"], `${file}: ${(error as Error).message}`, "error");
      return { problems };
    }
  }

  const ownEnv = mapValues(config.env ?? {}, (value, key) => (value === null ? null : text(value, "env", key)));
  const definition: AgentDefinition = {
    name,
    command: text(config.command, "command"),
    args: (config.args ?? []).map((arg, i) => text(arg, "args", i)),
    cwd: resolve(folder, text(config.cwd ?? "", "cwd")),
    env: { ...fromFile, ...ownEnv },
    primaryQueryType: config.primaryQueryType ?? "talker",
    thresholds: mapValues(config.thresholds ?? {}, seconds),
    models: Object.entries(config.models ?? {}).map(([pattern, queryType]) => ({ pattern, queryType })),
    // Variables stay: a secret is to go to nobody but who asks for the turn.
    turns: config.turns ?? [],
    stop: { signal: config.stop?.signal ?? "SIGTERM", timeout: seconds(config.stop?.timeout ?? "5s") },
  };
  return { definition, problems };
}

/** Of a duration that fits the schema. */
function seconds(duration: string): number {
  return parseDuration(duration) ?? Number.NaN;
}

function mapValues<A, B>(record: Record<string, A>, map: (value: A, key: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}

function lineProblem(file: string, problem: { line: number; length: number; message: string }): ConfigProblem {
  const { line, length, message } = problem;
  return { file, line, column: 0, endLine: line, endColumn: length, message, severity: "warning" };
}
