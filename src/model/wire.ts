/**
 * The event socket's wire protocol, version 1: newline-delimited JSON, UTF-8, one event a line,
 * at most {@link MAX_LINE_BYTES} a line. This file is the one source of it: the types here are
 * inferred from the schemas, and `docs/PROTOCOL.md` and `docs/protocol.schema.json` are generated
 * from them (`npm run generate`).
 *
 * Units: times are Unix seconds, durations are seconds of a monotonic clock, sizes are bytes.
 */
import Type from "typebox";

/** The version a client names in its hello. */
export const PROTOCOL_VERSION = 1;
/** A longer line is dropped and counted; the connection lives on. */
export const MAX_LINE_BYTES = 256 * 1024;
/** Clients served at once per workspace; the next one is told why and closed. */
export const MAX_CLIENTS = 256;
/** Seconds: a longer duration, or a time after the year 5138, is a mistake of units and rejected. */
export const MAX_DURATION = 7 * 24 * 3600;
const MAX_TIME = 1e11;

const seconds = (description: string) => Type.Number({ description, minimum: 0 });
const duration = (description: string) => Type.Number({ description, minimum: 0, maximum: MAX_DURATION });
const unixTime = (description: string) => Type.Number({ description, minimum: 0, maximum: MAX_TIME });
const count = (description: string) => Type.Integer({ description, minimum: 0 });
const bytes = (description: string) => Type.Number({ description, minimum: 0 });
const name = (description: string) => Type.String({ description, minLength: 1, maxLength: 256 });
const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);
const attributes = Type.Record(Type.String(), scalar, { description: "flat attributes" });
const outcome = Type.Union([Type.Literal("ok"), Type.Literal("error"), Type.Literal("cancelled")], {
  description: "how it ended",
});

/** A sparse histogram: `[lowest microsecond value of the bucket, count]`, buckets of 3 significant digits. */
const buckets = Type.Array(Type.Tuple([count("bucket, microseconds"), count("responses in it")]), {
  description:
    "sparse histogram: [lowest value of the bucket in microseconds, count]; a bucket is the value with all but its 11 leading bits cleared",
});

const foldedDurations = Type.Object(
  {
    sum: seconds("sum of the durations"),
    max: duration("longest duration"),
    buckets,
  },
  { description: "durations of those that ended or failed; cancelled ones are only counted" },
);

export const Hello = Type.Object(
  {
    type: Type.Literal("hello"),
    protocol: Type.Integer({ description: "protocol version of the client" }),
    agent: name("the agent's name: one agent is (workspace, name)"),
    pid: Type.Integer({ description: "process id; with startTime it names the run", minimum: 1 }),
    startTime: unixTime("when the process started"),
    token: Type.String({ description: "the workspace's token, from AGENT_VITALS_TOKEN" }),
    runtime: Type.Optional(Type.String({ description: 'e.g. "Node 24.9.0"' })),
    client: Type.Optional(Type.String({ description: 'e.g. "agent-vitals-node 0.1.0"' })),
    primaryQueryType: Type.Optional(name("the query type that the status bar shows first")),
  },
  { description: "The first line of every client." },
);

export const Response = Type.Object(
  {
    type: Type.Literal("response"),
    id: Type.Optional(Type.String({ description: "unique in the run", maxLength: 128 })),
    turnId: Type.Optional(Type.String({ description: "the turn it belongs to", maxLength: 128 })),
    queryType: name("talker, thinker, rag_search, tool, stt, tts, embedding, turn or the agent's own name"),
    start: unixTime("when it started"),
    duration: duration("how long it took"),
    timeToFirstToken: Type.Optional(duration("from start to the first token")),
    outcome,
    errorType: Type.Optional(Type.String({ description: "class of the error, never its text", maxLength: 256 })),
    model: Type.Optional(name("the model's name")),
    inputTokens: Type.Optional(count("tokens in the prompt")),
    outputTokens: Type.Optional(count("tokens in the answer")),
    traceId: Type.Optional(
      Type.String({ description: "the OpenTelemetry trace it happened in", pattern: "^[0-9a-f]{32}$" }),
    ),
    spanId: Type.Optional(Type.String({ description: "the span that was active then", pattern: "^[0-9a-f]{16}$" })),
  },
  { description: "One measured operation." },
);

export const Turn = Type.Object(
  {
    type: Type.Literal("turn"),
    id: Type.String({ description: "the turn's id", maxLength: 128 }),
    start: unixTime("when it started"),
    duration: duration("how long it took"),
    outcome,
    interrupted: Type.Optional(Type.Boolean({ description: "the user barged in; never a failure" })),
  },
  { description: "One request of a user, ended." },
);

export const Mark = Type.Object(
  {
    type: Type.Literal("mark"),
    name: name("end_of_utterance, first_audio, a stage or the agent's own name"),
    time: unixTime("when it happened"),
    turnId: Type.Optional(Type.String({ maxLength: 128 })),
  },
  { description: "A moment, of a turn or of the agent." },
);

export const Voice = Type.Object(
  {
    type: Type.Literal("voice"),
    time: unixTime("when the last of them ended"),
    success: count("voice interactions that succeeded"),
    failure: count("voice interactions that failed"),
    stage: Type.Optional(name("where it failed or was measured: stt, tts, …")),
    reason: Type.Optional(name("why it failed, a short word")),
    quality: Type.Optional(Type.Number({ description: "0 to 1, the agent's own measure" })),
    latency: Type.Optional(duration("how long the interaction took")),
  },
  { description: "Voice interactions, one or folded." },
);

export const Memory = Type.Object(
  {
    type: Type.Literal("memory"),
    time: unixTime("when it was read"),
    rss: bytes("resident set"),
    heapTotal: Type.Optional(bytes("heap reserved")),
    heapUsed: Type.Optional(bytes("heap in use")),
    heapLimit: Type.Optional(bytes("the heap's limit")),
    external: Type.Optional(bytes("memory of native objects bound to JavaScript objects")),
    arrayBuffers: Type.Optional(bytes("memory of ArrayBuffers")),
    heapSpaces: Type.Optional(
      Type.Array(Type.Object({ name: name("V8's name of the space"), used: bytes("in use"), size: bytes("reserved") })),
    ),
  },
  { description: "The agent's memory as it sees it itself." },
);

export const Metric = Type.Object(
  {
    type: Type.Literal("metric"),
    time: unixTime("when it was read"),
    name: name("the metric's name"),
    value: Type.Number(),
    unit: Type.String({ description: "UCUM, e.g. s, By, 1, {token}", maxLength: 64 }),
    attributes: Type.Optional(attributes),
  },
  { description: "A reading of the agent's own gauge." },
);

export const Log = Type.Object(
  {
    type: Type.Literal("log"),
    time: unixTime("when it was written"),
    severity: Type.Union(
      ["info", "notice", "warning", "error", "critical", "emergency"].map((s) => Type.Literal(s)) as [
        Type.TLiteral<"info">,
        Type.TLiteral<"notice">,
        Type.TLiteral<"warning">,
        Type.TLiteral<"error">,
        Type.TLiteral<"critical">,
        Type.TLiteral<"emergency">,
      ],
    ),
    message: Type.String({ maxLength: 16384 }),
    attributes: Type.Optional(attributes),
  },
  { description: "A line of the agent's performance log." },
);

export const Summary = Type.Object(
  {
    type: Type.Literal("summary"),
    queryType: name("the query type of the folded responses"),
    start: unixTime("when the first of them ended"),
    end: unixTime("when the last of them ended"),
    count: count("responses, errors and cancelled ones included"),
    errors: count("of them errors"),
    cancelled: count("of them cancelled"),
    durations: foldedDurations,
    timeToFirstToken: Type.Optional(
      Type.Object({ count: count("responses that have one"), sum: seconds("sum"), max: duration("longest"), buckets }),
    ),
  },
  { description: "Responses that a full queue folded: detail is lost, figures never." },
);

export const Dropped = Type.Object(
  {
    type: Type.Literal("dropped"),
    marks: count("marks lost to a full queue"),
    logs: count("log lines lost"),
    metrics: count("metric and memory readings lost"),
    turns: count("turns lost"),
  },
  { description: "What fell out of a full queue and can't be folded." },
);

export const Command = Type.Object(
  {
    type: Type.Literal("command"),
    id: Type.String({ description: "the reply carries it", maxLength: 128 }),
    name: Type.Union(
      [
        Type.Literal("cleanup"),
        Type.Literal("shutdown"),
        Type.Literal("memory"),
        Type.Literal("allocations_start"),
        Type.Literal("allocations"),
        Type.Literal("allocations_stop"),
        Type.Literal("collect_garbage"),
        Type.Literal("leaks_begin"),
        Type.Literal("leaks_trace"),
        Type.Literal("leaks_read"),
        Type.Literal("leaks_mark"),
        Type.Literal("leaks_explain"),
        Type.Literal("leaks_end"),
      ],
      {
        description:
          "cleanup and shutdown call the agent's hooks; memory sends a reading at once; allocations_start begins to trace a Python agent's allocations (it runs many times slower meanwhile), allocations tells what grew since, allocations_stop ends it; collect_garbage has a Python agent collect its garbage; leaks_begin begins a leak hunt in a Python agent, leaks_trace traces its allocations from now on, leaks_read collects garbage and tells what is held, leaks_mark notes it, leaks_explain tells what grew over two marks until now, leaks_end ends it. What is begun ends with the connection, too",
      },
    ),
    deadline: seconds("the reply is wanted within this time"),
  },
  { description: "Collector to client." },
);

const Allocation = Type.Object(
  {
    file: Type.String({ description: "source file", maxLength: 4096 }),
    line: count("line, 1-based"),
    size: bytes("allocated there and still held"),
    count: count("blocks"),
    sizeDifference: Type.Number({ description: "bytes more than when tracing began" }),
    countDifference: Type.Number({ description: "blocks more than when tracing began" }),
    traceback: Type.Array(Type.Object({ file: Type.String({ maxLength: 4096 }), line: count("line, 1-based") }), {
      description: "callers, innermost first",
    }),
  },
  { description: "A line of the agent that allocates." },
);

const Frame = Type.Object({
  file: Type.String({ maxLength: 4096 }),
  line: count("line, 1-based"),
  own: Type.Boolean({ description: "of the agent's own code, not Python's or a package's" }),
});
const frames = Type.Array(Frame, { description: "where it was allocated, innermost first; empty if not traced" });

const GrowingHolder = Type.Object(
  {
    container: Type.String({ description: "its class: dict, list, …; empty where there is none", maxLength: 256 }),
    class: Type.String({ description: "class of its newest members", maxLength: 256 }),
    count: count("members now"),
    grown: count("members more than at the first mark"),
    bytes: bytes("allocated for them; estimated if not traced"),
    way: Type.Array(
      Type.Object({
        name: Type.String({ description: "variable, field or key; [] where it has no name", maxLength: 256 }),
        holder: Type.String({ description: "module agent, class Memory, a class or a function()", maxLength: 256 }),
        own: Type.Boolean({ description: "the agent's own code names it so" }),
      }),
      { description: "who holds it, outward" },
    ),
    frames,
    definition: Type.Optional(
      Type.Object(
        { file: Type.String({ maxLength: 4096 }), line: count("line, 1-based") },
        { description: "where the function stands that is held, or whose results are" },
      ),
    ),
    file: Type.Optional(Type.String({ description: "in which the last holder stands", maxLength: 4096 })),
  },
  { description: "What holds more and more." },
);

const Growth = Type.Object(
  {
    held: Type.Array(GrowingHolder, { description: "the most bytes first", maxItems: 20 }),
    lines: Type.Array(Type.Object({ bytes: bytes("more than at the first mark"), blocks: count("held now"), frames }), {
      description: "where the rest was allocated",
      maxItems: 20,
    }),
    pause: seconds("that it took, during which the agent was slow"),
  },
  { description: "answer to leaks_explain" },
);

export const Reply = Type.Object(
  {
    type: Type.Literal("reply"),
    id: Type.String({ description: 'the command\'s id; "hello" answers the hello', maxLength: 128 }),
    ok: Type.Boolean(),
    error: Type.Optional(Type.String({ description: "what went wrong and what to do", maxLength: 4096 })),
    result: Type.Optional(
      Type.Record(Type.String(), scalar, {
        description:
          "hooks: how many hooks ran; objects, pause: what collect_garbage found unreachable, and the seconds it took; retryAfter: a refused client may try again after so many seconds, without it never; of leaks_read: objects that the garbage collector tracks, blocks of memory that Python allocated, and in bytes malloc (in use by the C library's), traced (by tracemalloc) and overhead (of tracing itself, in the process's memory, not in malloc); of leaks_mark: pause, seconds that it took",
      }),
    ),
    allocations: Type.Optional(
      Type.Array(Allocation, {
        description: "answer to allocations: the lines that grew most, at most 50",
        maxItems: 50,
      }),
    ),
    growth: Type.Optional(Growth),
  },
  { description: "Answer to a command (client to collector) or to the hello (collector to client)." },
);

/** Every kind by its `type`, in the order in which the documentation tells them. */
export const wireKinds = {
  hello: Hello,
  response: Response,
  turn: Turn,
  mark: Mark,
  voice: Voice,
  memory: Memory,
  metric: Metric,
  log: Log,
  summary: Summary,
  dropped: Dropped,
  command: Command,
  reply: Reply,
} as const;

export type Hello = Type.Static<typeof Hello>;
export type Response = Type.Static<typeof Response>;
export type Turn = Type.Static<typeof Turn>;
export type Mark = Type.Static<typeof Mark>;
export type Voice = Type.Static<typeof Voice>;
export type Memory = Type.Static<typeof Memory>;
export type Metric = Type.Static<typeof Metric>;
export type Log = Type.Static<typeof Log>;
export type Summary = Type.Static<typeof Summary>;
export type Dropped = Type.Static<typeof Dropped>;
export type Command = Type.Static<typeof Command>;
export type Reply = Type.Static<typeof Reply>;
export type Allocation = Type.Static<typeof Allocation>;
/** Of a Python agent, over a leak hunt. */
export type Growth = Type.Static<typeof Growth>;
export type GrowingHolder = Type.Static<typeof GrowingHolder>;
export type Outcome = Response["outcome"];

/** What a client may send after its hello. */
export type ClientEvent = Response | Turn | Mark | Voice | Memory | Metric | Log | Summary | Dropped | Reply;
