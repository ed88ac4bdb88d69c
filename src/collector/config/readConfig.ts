import { basename, join } from "node:path";
import { getNodeValue, type JSONPath } from "jsonc-parser";
import Type from "typebox";
import { JsonDocument, pathText } from "../../jsonc/document.ts";
import { readText } from "../../jsonc/readText.ts";
import { reportStrangeNames, validate } from "../../jsonc/validate.ts";
import { type AgentDefinition, CONFIG_PATH } from "../../model/config.ts";
import { AgentConfig, ConfigFile } from "../../model/configSchema.ts";
import type { ModelServerTarget } from "../../model/modelServers.ts";
import type { ConfigProblem } from "../../model/state.ts";
import { defineAgent } from "./defineAgent.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface Config {
  /** Agents that can be launched. */
  definitions: AgentDefinition[];
  /** Model servers that are named, whether they run or not. */
  modelServers: ModelServerTarget[];
  /** In the order of folders, files and lines. */
  problems: ConfigProblem[];
}

/**
 * Reads `.vscode/agent-vitals.json` of each folder. What is wrong is reported at its place, and costs the agent in which
 * it stands (a threshold, or how it is stopped, only itself); a folder without the file has no agents.
 * @param options `multiRoot`: agents are named `folder/name`
 */
export function readConfig(folders: readonly string[], env: Environment, options: { multiRoot: boolean }): Config {
  const config: Config = { definitions: [], modelServers: [], problems: [] };
  const names = new Set<string>();
  for (const folder of folders) {
    const prefix = options.multiRoot ? `${basename(folder)}/` : "";
    const { definitions, modelServers, problems } = readFolder(folder, env, prefix, names);
    config.definitions.push(...definitions);
    config.modelServers.push(...modelServers);
    config.problems.push(...problems);
  }
  return config;
}

function readFolder(folder: string, env: Environment, prefix: string, names: Set<string>): Config {
  const file = join(folder, CONFIG_PATH);
  try {
    const text = readText(file);
    if (text === undefined) return { definitions: [], modelServers: [], problems: [] };
    return readAgents(new JsonDocument(file, text), folder, env, prefix, names);
  } catch (error) {
    const document = new JsonDocument(file, "");
    const tooDeep = error instanceof RangeError;
    document.report([], tooDeep ? "The file is nested too deeply to be read." : (error as Error).message);
    return { definitions: [], modelServers: [], problems: document.problems };
  }
}

function readAgents(
  document: JsonDocument,
  folder: string,
  env: Environment,
  prefix: string,
  names: Set<string>,
): Config {
  const definitions: AgentDefinition[] = [];
  const problems: ConfigProblem[] = [];
  const { agents, modelServers } = checkWhole(document);
  for (const index of agents) {
    const path = ["agents", index];
    const node = document.node(path);
    if (!node || document.isBroken(node)) continue;
    const value = getNodeValue(node) as AgentConfig;
    reportStrangeNames(document, path, AgentConfig);
    const wrong = validate(document, path, AgentConfig, value);
    if (wrong.some(([key]) => !isOptional(key))) continue;
    for (const part of wrong) removeAt(value, part);
    const name = prefix + value.name;
    if (names.has(name)) {
      document.report(
        [...path, "name"],
        `${pathText([...path, "name"])}: another agent is named "${name}". Rename one.`,
      );
      continue;
    }
    names.add(name);
    const defined = defineAgent(document, path, value, { folder, env, name });
    if (defined.definition) definitions.push(defined.definition);
    problems.push(...defined.problems);
  }
  const inOrder = document.problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return { definitions, modelServers, problems: [...inOrder, ...problems] };
}

/** What an agent can do without: an error in it leaves the default. */
function isOptional(key: string | number | undefined): boolean {
  return key === "primaryQueryType" || key === "thresholds" || key === "stop" || key === "models" || key === "turns";
}

function removeAt(value: object, path: JSONPath): void {
  const holder = path.slice(0, -1).reduce<object>((inner, step) => Reflect.get(inner, step) as object, value);
  Reflect.deleteProperty(holder, path.at(-1) ?? "");
}

const WithoutAgents = Type.Object({ ...ConfigFile.properties, agents: Type.Array(Type.Unknown()) });

/** Checks the file as a whole; what it lists as agents is checked one by one. */
function checkWhole(document: JsonDocument): { agents: number[]; modelServers: ModelServerTarget[] } {
  const { root } = document;
  if (!root) {
    if (document.problems.length === 0) {
      document.report([], 'The file is empty. Begin with { "version": 1, "agents": [] }.');
    }
    return { agents: [], modelServers: [] };
  }
  const value = getNodeValue(root) as ConfigFile;
  const wrong = validate(document, [], WithoutAgents, value);
  reportStrangeNames(document, [], WithoutAgents);
  if (typeof value?.version === "number" && value.version !== 1) return { agents: [], modelServers: [] };
  const named = Array.isArray(value?.modelServers) ? value.modelServers : [];
  const isGood = (_: unknown, index: number) =>
    !wrong.some(([key, at]) => key === "modelServers" && (at === index || at === undefined));
  return {
    agents: Array.isArray(value?.agents) ? value.agents.map((_, index) => index) : [],
    modelServers: named.filter(isGood).map(({ url, kind, name }) => ({
      url: url.replace(/\/$/, ""),
      configured: true,
      ...(kind && { kind }),
      ...(name !== undefined && { name }),
    })),
  };
}
