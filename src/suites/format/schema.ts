/**
 * `NAME.perf.json`: a performance suite. The schema is the one source of the types here and of the contributed JSON
 * Schema (`media/agent-vitals-suite.schema.json`, `npm run generate`).
 */
import Type, { type TSchema } from "typebox";
import { duration } from "../../model/configSchema.ts";
import { targetKinds } from "../targets/index.ts";
import { LoadSchema } from "./loadSchema.ts";

const names = <T extends TSchema>(schema: T, description: string) =>
  Type.Record(Type.String({ minLength: 1 }), schema, { description });
const closed = (description: string) => ({ description, additionalProperties: false });

const ObjectiveSchema = Type.Union(
  [
    Type.String({ examples: ["p95 < 2s", "errors < 1%", "rss growth < 1 MiB/min"] }),
    Type.Object(
      {
        objective: Type.String({ description: "The objective.", examples: ["p95 < 2s"] }),
        abortOnFail: Type.Optional(Type.Boolean({ description: "Ends the run once it is missed. Default: false." })),
        delay: Type.Optional(duration("How long it is let off. Default: none.")),
      },
      closed("An objective that may end the run."),
    ),
  ],
  { description: 'What is to be held: "p95 < 2s", "errors < 1%", "rss growth < 1 MiB/min".' },
);

const Readiness = Type.Object(
  {
    url: Type.Optional(Type.String({ description: "Ready when it answers with 200 to 299.", pattern: "^https?://" })),
    port: Type.Optional(Type.Integer({ description: "Ready when it takes connections.", minimum: 1, maximum: 65_535 })),
    timeout: Type.Optional(duration("How long it may take. Default: 30s.")),
  },
  closed("How to tell that it is ready. Default: its process runs."),
);

const HttpStep = Type.Object(
  {
    url: Type.String({ pattern: "^https?://" }),
    method: Type.Optional(Type.String({ description: "Default: GET, or POST with a body.", pattern: "^[A-Z]+$" })),
    headers: Type.Optional(Type.Record(Type.String(), Type.String())),
    json: Type.Optional(Type.Unknown({ description: "Body." })),
  },
  closed("A request that is to be answered with 200 to 299."),
);

const StepSchema = Type.Union(
  [
    Type.Object(
      {
        start: Type.String({
          description:
            "An agent of .vscode/agent-vitals.json. One that runs already is used as it is; one that was started is stopped in the end.",
        }),
        ready: Type.Optional(Readiness),
      },
      closed("Starts an agent."),
    ),
    Type.Object(
      {
        run: Type.Array(Type.String(), { description: "Program and arguments.", minItems: 1 }),
        cwd: Type.Optional(Type.String({ description: "Folder to run it in. Default: the suite's." })),
        timeout: Type.Optional(duration("How long it may take. Default: 1m.")),
      },
      closed("Runs a command, which is to end with 0."),
    ),
    Type.Object(
      { request: HttpStep, timeout: Type.Optional(duration("How long it may take. Default: 10s.")) },
      closed("Sends a request, such as one that resets state."),
    ),
  ],
  { errorMessage: 'must be a step: { "start": AGENT }, { "run": [PROGRAM, …] } or { "request": { "url": … } }.' },
);

const DataSchema = Type.Union(
  [
    Type.Object(
      { rows: Type.Array(Type.Record(Type.String(), Type.Unknown()), { minItems: 1 }), order: order() },
      closed("Rows written here."),
    ),
    Type.Object({ csv: file("CSV with a header line"), order: order() }, closed("Rows of a CSV file.")),
    Type.Object({ jsonl: file("JSON Lines: one object a line"), order: order() }, closed("Rows of a JSON Lines file.")),
    Type.Object(
      {
        wav: Type.Array(Type.String({ minLength: 1 }), {
          description: "Recordings, or folders of them. A row has file, name, and text where NAME.txt lies beside it.",
          minItems: 1,
        }),
        order: order(),
      },
      closed("A row for each recording."),
    ),
  ],
  { description: `Where rows come from; requests have them as \${row.COLUMN}.` },
);

const ScenarioSchema = Type.Object(
  {
    target: Type.Optional(Type.String({ description: "One of targets." })),
    queryType: Type.Optional(
      Type.String({ description: "What it exercises: talker, rag_search, turn… Default: its name." }),
    ),
    request: Type.Optional(
      Type.Unknown({
        description: `What is sent, as its target has it. Texts may hold \${row.COLUMN}, \${number} (of the request), \${user}, \${uuid}, \${workspaceFolder}, \${env:NAME}.`,
      }),
    ),
    data: Type.Optional(Type.String({ description: "One of data: each request takes the next row." })),
    load: LoadSchema,
    warmUp: Type.Optional(duration("Left out of all figures. Default: none.")),
    duration: Type.Optional(duration("How long it is measured. Default: 10s, unless count is given.")),
    count: Type.Optional(Type.Integer({ description: "How many requests are measured.", minimum: 1 })),
    timeout: Type.Optional(duration("After which a request has failed. Default: 60s.")),
    connections: Type.Optional(
      Type.Integer({
        description: "Requests at once at most. Default: 1000; of users as many as there are.",
        minimum: 1,
        maximum: 65_535,
      }),
    ),
    maxLateness: Type.Optional(
      duration(
        "p99 of how late the generator itself may be; beyond it the result is invalid. Default: 10ms, or a tenth of the median.",
      ),
    ),
    workers: Type.Optional(
      Type.Integer({
        description: "Threads that generate the load. Default: one, and more where it is not enough.",
        minimum: 1,
        maximum: 64,
      }),
    ),
    objectives: Type.Optional(Type.Array(ObjectiveSchema)),
  },
  closed("One load on one target."),
);

export const SuiteSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    version: Type.Literal(1, { description: "Version of this file's form: 1." }),
    name: Type.Optional(Type.String({ description: "Default: the file's name.", minLength: 1, maxLength: 128 })),
    agent: Type.Optional(
      Type.String({ description: "Whose resources are read meanwhile. Default: the agent that setup starts." }),
    ),
    defaults: Type.Optional(
      Type.Record(Type.String(), Type.String(), {
        description: `Values of \${env:NAME} where the environment has none.`,
      }),
    ),
    targets: Type.Optional(names(Type.Union(targetKinds.map(({ schema }) => schema)), "What requests go to, by name.")),
    data: Type.Optional(names(DataSchema, "Rows for requests, by name.")),
    scenarios: names(ScenarioSchema, "Loads, by name; each repeat runs them one after the other."),
    repeats: Type.Optional(
      Type.Integer({ description: "How often all scenarios are run. Default: 1.", minimum: 1, maximum: 1000 }),
    ),
    seed: Type.Optional(
      Type.Integer({
        description: "Of all chance: the same seed, the same run. Default: 1.",
        minimum: 0,
        maximum: 2 ** 31,
      }),
    ),
    pause: Type.Optional(duration("Between two scenarios. Default: 500ms.")),
    objectives: Type.Optional(Type.Array(ObjectiveSchema, { description: "Of the whole suite." })),
    setup: Type.Optional(Type.Array(StepSchema, { description: "Before the first scenario." })),
    reset: Type.Optional(Type.Array(StepSchema, { description: "Before each scenario of each repeat." })),
    teardown: Type.Optional(Type.Array(StepSchema, { description: "In the end, also of a run that failed." })),
    profile: Type.Optional(
      Type.Object(
        { interval: Type.Optional(duration("Between two samples, 1ms to 10ms. Default: 10ms.")) },
        closed("Takes a CPU profile of the agent over the whole suite: Node agents only."),
      ),
    ),
  },
  closed("Agent Vitals: a performance suite."),
);

export type ObjectiveForm = Type.Static<typeof ObjectiveSchema>;
export type StepForm = Type.Static<typeof StepSchema>;
export type DataForm = Type.Static<typeof DataSchema>;
export type ScenarioForm = Type.Static<typeof ScenarioSchema>;
export type SuiteForm = Omit<Type.Static<typeof SuiteSchema>, "targets"> & {
  targets?: Record<string, { kind: string }>;
};

function file(what: string) {
  return Type.String({ description: `${what}; relative to the suite's folder.`, minLength: 1 });
}

function order() {
  return Type.Optional(
    Type.Union([Type.Literal("in turn"), Type.Literal("random")], {
      description: "Which row comes next. Default: in turn; behind the last the first again.",
    }),
  );
}
