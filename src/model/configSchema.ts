/**
 * `.vscode/agent-vitals.json`, version 1: the agents that a workspace names. The schema is the one source of
 * the types here and of the contributed JSON Schema (`media/agent-vitals.schema.json`, `npm run generate`).
 */
import Type from "typebox";

export const duration = (description: string) =>
  Type.String({
    description: `${description} A number and its unit: "250ms", "2s", "5m", "1h".`,
    pattern: "^\\d+(\\.\\d+)?(ms|s|m|h)$",
    patternErrorMessage: 'is no duration: write a number and its unit, e.g. "2s" (ms, s, m, h).',
    examples: ["2s"],
  });

const TurnRequest = Type.Object(
  {
    url: Type.String({
      description: "Where it goes to; a turn has ended with the answer.",
      pattern: "^https?://[^\\s/]",
      patternErrorMessage: "is no address: write http://127.0.0.1:PORT/PATH.",
      examples: ["http://127.0.0.1:3210/chat"],
    }),
    method: Type.Optional(Type.String({ description: "Default: GET, or POST with a body.", pattern: "^[A-Z]+$" })),
    headers: Type.Optional(Type.Record(Type.String(), Type.String(), { description: "Headers of the request." })),
    json: Type.Optional(Type.Unknown({ description: "Body: any JSON." })),
    text: Type.Optional(Type.String({ description: "Body: text." })),
    file: Type.Optional(
      Type.String({ description: "Body: a file, such as a recording; from the workspace folder.", minLength: 1 }),
    ),
  },
  { additionalProperties: false, description: "One turn." },
);

export const AgentConfig = Type.Object(
  {
    name: Type.String({
      description: "The agent's name. Its client connects under the same name.",
      minLength: 1,
      maxLength: 128,
      pattern: "^[^/\\\\]+$",
      patternErrorMessage: "has a slash, which tells folder and agent apart. Choose a name without one.",
    }),
    command: Type.String({ description: "Program to start, found on PATH or by its path.", minLength: 1 }),
    args: Type.Optional(Type.Array(Type.String(), { description: "Arguments, one string each." })),
    cwd: Type.Optional(Type.String({ description: "Folder to start it in. Default: the workspace folder." })),
    env: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Union([Type.String(), Type.Null()], { errorMessage: "must be a text, or null to remove it." }),
        {
          description: "Environment variables, added to the editor's; null removes one.",
        },
      ),
    ),
    envFile: Type.Optional(Type.String({ description: "File of KEY=value lines, read before env." })),
    primaryQueryType: Type.Optional(
      Type.String({ description: "The query type that the status bar shows. Default: talker.", minLength: 1 }),
    ),
    thresholds: Type.Optional(
      Type.Record(Type.String(), duration("Objective for the p95 of this query type."), {
        description: 'Objectives for p95 by query type, e.g. { "talker": "2s" }.',
        examples: [{ talker: "2s", thinker: "12s" }],
      }),
    ),
    stop: Type.Optional(
      Type.Object(
        {
          signal: Type.Optional(
            Type.Union([Type.Literal("SIGTERM"), Type.Literal("SIGINT")], {
              description: "Signal that asks it to stop. Default: SIGTERM.",
            }),
          ),
          timeout: Type.Optional(duration("How long it may take before it is killed. Default: 5s.")),
        },
        { description: "How it is stopped.", additionalProperties: false },
      ),
    ),
    models: Type.Optional(
      Type.Record(Type.String({ minLength: 1 }), Type.String({ minLength: 1, maxLength: 256 }), {
        description:
          'Query types by model name, for agents that are watched without a client: { "llama3.2:3b*": "talker" }. * stands for anything, the first match wins.',
        examples: [{ "llama3.2:3b*": "talker", "qwen3:32b*": "thinker", "*embed*": "embedding" }],
      }),
    ),
    turns: Type.Optional(
      Type.Array(TurnRequest, {
        description: "HTTP requests that each make one turn: agent-vitals suite run asks for turns so.",
        minItems: 1,
      }),
    ),
    ready: Type.Optional(Type.Unknown({ description: "Reserved: how to tell that it is ready." })),
    restart: Type.Optional(Type.Unknown({ description: "Reserved: what to do when it ends by itself." })),
    dependsOn: Type.Optional(Type.Unknown({ description: "Reserved: what must run before it." })),
    fallback: Type.Optional(Type.Unknown({ description: "Reserved: what to start when it can't run." })),
  },
  { additionalProperties: false, description: "One agent." },
);

const ModelServerConfig = Type.Object(
  {
    url: Type.String({
      description: "Its address without a path: http://127.0.0.1:11434.",
      pattern: "^https?://[^/\\s]+/?$",
      patternErrorMessage: "is no address of a server: write it without a path, e.g. http://127.0.0.1:8080.",
      examples: ["http://127.0.0.1:8080"],
    }),
    kind: Type.Optional(
      Type.Union(
        [
          Type.Literal("ollama"),
          Type.Literal("llama.cpp"),
          Type.Literal("vllm"),
          Type.Literal("lm-studio"),
          Type.Literal("openai-compatible"),
        ],
        { description: "What it is. Default: found out by asking it." },
      ),
    ),
    name: Type.Optional(Type.String({ description: "What to call it.", minLength: 1, maxLength: 128 })),
  },
  { additionalProperties: false, description: "One model server." },
);

export const ConfigFile = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    version: Type.Literal(1, { description: "Version of this file's form: 1." }),
    agents: Type.Array(AgentConfig, { description: "The agents of this workspace folder." }),
    modelServers: Type.Optional(
      Type.Array(ModelServerConfig, {
        description: "Model servers to watch beside those that are found by their usual ports.",
      }),
    ),
  },
  { additionalProperties: false, description: "Agent Vitals: the agents of this workspace folder." },
);

export type TurnRequest = Type.Static<typeof TurnRequest>;
export type AgentConfig = Type.Static<typeof AgentConfig>;
export type ConfigFile = Type.Static<typeof ConfigFile>;
