import Type, { type TSchema } from "typebox";

const count = Type.Number({ minimum: 0 });
const named = <Value extends TSchema>(value: Value) => Type.Record(Type.String(), value);
const texts = Type.Array(Type.String());
const bucket = Type.Tuple([count, count]);
const gauge = Type.Object({ mean: Type.Number(), max: Type.Number(), first: Type.Number(), last: Type.Number() });
const growth = Type.Object({ value: Type.Number(), from: Type.Number(), to: Type.Number(), verdict: Type.String() });

const figure = Type.Union([count, Type.Null()]);
const level = Type.Object({
  level: count,
  requests: count,
  errors: count,
  rate: Type.Number(),
  goodput: Type.Number(),
  p50: Type.Number(),
  p95: Type.Number(),
  met: Type.Boolean(),
  invalid: Type.Optional(Type.String()),
});

const repeat = Type.Object({
  order: count,
  started: Type.Number(),
  duration: count,
  requests: count,
  errors: named(count),
  rate: Type.Number(),
  goodput: Type.Number(),
  intendedRate: Type.Union([Type.Number(), Type.Null()]),
  inputTokens: count,
  outputTokens: count,
  histograms: named(Type.Array(bucket)),
  lateness: Type.Object({ p99: Type.Number(), max: Type.Number() }),
  voice: Type.Optional(Type.Object({ success: count, failure: count })),
  resources: Type.Optional(Type.Object({ gauges: named(gauge), growth: named(growth) })),
  invalid: Type.Optional(Type.String()),
  levels: Type.Optional(Type.Array(level)),
  best: Type.Optional(figure),
  recovery: Type.Optional(figure),
});

const scenario = Type.Object({
  queryType: Type.String(),
  target: Type.String(),
  load: Type.String(),
  repeats: Type.Array(repeat),
  best: Type.Optional(figure),
  recovery: Type.Optional(figure),
});

/** Of a result that is read from a file: what is compared and reported. More may be there. */
export const ResultSchema = Type.Object({
  version: Type.Literal(1),
  suite: Type.String(),
  started: Type.Number(),
  ended: Type.Number(),
  status: Type.Union([Type.Literal("complete"), Type.Literal("partial"), Type.Literal("invalid")]),
  turns: Type.Optional(Type.String()),
  scenarios: named(scenario),
  objectives: Type.Array(Type.Object({ objective: Type.String(), limit: Type.Number(), verdict: Type.String() })),
  environment: Type.Object({
    machine: Type.Object({ cpu: Type.String(), cores: count, memory: count, os: Type.String() }),
    gpus: Type.Array(Type.Object({ name: Type.String(), driver: Type.Optional(Type.String()) })),
    node: Type.String(),
    models: named(named(Type.String())),
    version: Type.String(),
  }),
  machine: Type.Object({ verdict: Type.String(), variation: named(Type.Number()), notes: texts }),
  kept: texts,
});
