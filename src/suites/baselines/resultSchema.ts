import Type, { type TSchema } from "typebox";

/** Unix seconds that a date can be made of: no later than in 5138. */
const time = Type.Number({ minimum: 0, maximum: 1e11 });
const text = Type.Optional(Type.String());
const oneOf = (...values: string[]) => Type.Enum(values);
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
  started: time,
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
  resources: Type.Optional(Type.Object({ agent: text, gauges: named(gauge), growth: named(growth) })),
  invalid: text,
  levels: Type.Optional(Type.Array(level)),
  best: Type.Optional(figure),
  recovery: Type.Optional(figure),
});

const scenario = Type.Object({
  queryType: Type.String(),
  target: Type.String(),
  load: Type.String(),
  kind: text,
  warmUp: Type.Optional(count),
  duration: Type.Optional(count),
  repeats: Type.Array(repeat),
  best: Type.Optional(figure),
  recovery: Type.Optional(figure),
});

const objective = Type.Object({
  scenario: text,
  objective: Type.String(),
  value: Type.Union([Type.Number(), Type.Null()]),
  limit: Type.Number(),
  unit: oneOf("s", "1", "By", "By/s", "1/s", "count"),
  verdict: oneOf("met", "missed", "not proven"),
  note: text,
});

const git = Type.Object({ commit: Type.String(), branch: text, dirty: Type.Boolean() });

/** Of a result that is read from a file: what is compared and reported. More may be there. */
export const ResultSchema = Type.Object({
  version: Type.Literal(1),
  suite: Type.String(),
  file: text,
  started: time,
  ended: time,
  status: oneOf("complete", "partial", "invalid"),
  reason: text,
  turns: text,
  scenarios: named(scenario),
  objectives: Type.Array(objective),
  environment: Type.Object({
    machine: Type.Object({ cpu: Type.String(), cores: count, memory: count, os: Type.String() }),
    gpus: Type.Array(Type.Object({ name: Type.String(), driver: text })),
    node: Type.String(),
    git: Type.Optional(git),
    models: named(named(Type.String())),
    version: Type.String(),
  }),
  machine: Type.Object({
    verdict: oneOf("quiet", "noisy", "unstable"),
    steal: Type.Optional(Type.Number()),
    otherLoad: Type.Optional(Type.Number()),
    throttled: Type.Optional(Type.Boolean()),
    variation: named(Type.Number()),
    notes: texts,
  }),
  kept: texts,
});
