/** What the performance log's lines hold: one schema a kind, from which docs/PERFORMANCE_LOG.md is checked. */
import Type, { type Static } from "typebox";

/** Of the records' form: it changes when a field changes its meaning or leaves. */
export const LOG_VERSION = 1;

const time = Type.Number({ description: "Unix seconds" });
const agent = Type.String({ description: "the agent's name" });
const seconds = (description: string) => Type.Number({ description: `seconds; ${description}` });
const count = (description: string) => Type.Integer({ minimum: 0, description });

const Header = Type.Object(
  {
    kind: Type.Literal("header"),
    time,
    version: Type.Literal(LOG_VERSION, { description: "of the records' form" }),
    host: Type.String({ description: "the machine's name" }),
    workspace: Type.String({ description: "path" }),
    pid: Type.Integer({ description: "the collector's" }),
  },
  { description: "The first line of each file." },
);

const ResponseRecord = Type.Object(
  {
    kind: Type.Literal("response"),
    time,
    agent,
    queryType: Type.String(),
    duration: seconds("how long it took"),
    outcome: Type.Union([Type.Literal("ok"), Type.Literal("error"), Type.Literal("cancelled")]),
    timeToFirstToken: Type.Optional(seconds("until the first token")),
    errorType: Type.Optional(Type.String({ description: "the error's class" })),
    model: Type.Optional(Type.String()),
    inputTokens: Type.Optional(Type.Number()),
    outputTokens: Type.Optional(Type.Number()),
    turnId: Type.Optional(Type.String()),
    retracted: Type.Optional(
      Type.Literal(true, { description: "the same response as another line: this one, logged before, does not count" }),
    ),
  },
  { description: "One response, when it has ended; `time` is its end." },
);

const ResourcesRecord = Type.Object(
  {
    kind: Type.Literal("resources"),
    time,
    agent: Type.Optional(Type.String({ description: "absent: of the machine and of the collector" })),
    values: Type.Record(Type.String(), Type.Number(), {
      description: "by metric, in its own unit; attributes stand behind it in braces",
    }),
  },
  { description: "The readings of one second." },
);

const SummaryRecord = Type.Object(
  {
    kind: Type.Literal("summary"),
    time,
    agent,
    queryType: Type.String(),
    span: seconds("what it sums up, up to `time`"),
    count: count("responses, failed and cancelled ones included"),
    errors: count("of them"),
    cancelled: count("of them"),
    mean: Type.Optional(seconds("without cancelled ones, like the following")),
    p50: Type.Optional(seconds("to 3 significant digits")),
    p95: Type.Optional(seconds("likewise")),
    p99: Type.Optional(seconds("likewise")),
    max: Type.Optional(seconds("the longest")),
  },
  { description: "A minute of one query type, when it has ended and had responses." },
);

const RunRecord = Type.Object(
  {
    kind: Type.Literal("run"),
    time,
    agent,
    id: Type.String(),
    number: count("counted within the agent"),
    pid: Type.Integer(),
    start: time,
    end: Type.Optional(time),
    exitCode: Type.Optional(Type.Integer()),
    stopped: Type.Optional(Type.Boolean({ description: "on request" })),
    runtime: Type.Optional(Type.String()),
    version: Type.Optional(Type.String({ description: "the agent's own" })),
  },
  { description: "A run began, changed or ended." },
);

const EventRecord = Type.Object(
  {
    kind: Type.Literal("event"),
    time,
    agent: Type.Optional(Type.String()),
    severity: Type.Union([Type.Literal("notice"), Type.Literal("warning"), Type.Literal("error")]),
    event: Type.String({ description: "start, exit, crash, restart, gap, alert, change or leak" }),
    label: Type.String({ description: "for people" }),
  },
  { description: "What the flags over the dashboard's charts say." },
);

const LostRecord = Type.Object(
  {
    kind: Type.Literal("lost"),
    time,
    lines: count("that could not be written"),
    reason: Type.String(),
  },
  { description: "Written once there is room again." },
);

export const logRecords = {
  header: Header,
  response: ResponseRecord,
  resources: ResourcesRecord,
  summary: SummaryRecord,
  run: RunRecord,
  event: EventRecord,
  lost: LostRecord,
} as const;

export type LogRecord = Static<(typeof logRecords)[keyof typeof logRecords]>;
