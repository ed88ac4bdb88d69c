import Type from "typebox";
import { duration } from "../../model/configSchema.ts";

/** More a second no machine asks for by itself: what is written here then is a mistake. */
const MOST = 1_000_000;
const MOST_USERS = 100_000;

const closed = (description: string) => ({ description, additionalProperties: false });
const rate = (description: string) =>
  Type.Number({
    description: `${description} Requests a second.`,
    exclusiveMinimum: 0,
    maximum: MOST,
    errorMessage: "No one machine asks for more in a second: share the load among machines (suite export --k6).",
  });
const atRate = (description: string) =>
  Type.Number({ description: `${description} Requests a second.`, minimum: 0, maximum: MOST });
const users = (description: string) => Type.Integer({ description, minimum: 1, maximum: MOST_USERS });
const thinkTime = Type.Optional(duration("Between an answer and the next request of the same user. Default: none."));
const amount = Type.Number({ exclusiveMinimum: 0, maximum: MOST });
const of = Type.Union([Type.Literal("users"), Type.Literal("rate")], { description: "What is raised." });
const each = (description: string) => Type.Optional(duration(description));

/** Who makes requests, and how many: of users each waits for the answer to the last one, a rate waits for nobody. */
export const LoadSchema = Type.Union(
  [
    Type.Object(
      { kind: Type.Literal("users"), users: users("How many at once."), thinkTime },
      closed("Closed: users who wait for their answers."),
    ),
    Type.Object({ kind: Type.Literal("constant"), rate: rate("In equal steps.") }, closed("Open: a constant rate.")),
    Type.Object(
      { kind: Type.Literal("poisson"), rate: rate("On average.") },
      closed("Open: requests that come by chance, as those of many independent users do."),
    ),
    Type.Object(
      { kind: Type.Literal("ramp"), from: atRate("At first."), to: rate("In the end.") },
      closed("Open: a rate that rises (or falls) evenly over the duration."),
    ),
    Type.Object(
      {
        kind: Type.Literal("steps"),
        rates: Type.Array(rate("One step."), { minItems: 1 }),
        each: each("How long each step takes. Default: the duration in equal parts."),
      },
      closed("Open: one rate after the other, each with its own figures."),
    ),
    Type.Object(
      {
        kind: Type.Literal("replay"),
        file: Type.Optional(
          Type.String({
            description: "Times in seconds, one a line (or CSV or JSON Lines with time or start).",
            minLength: 1,
          }),
        ),
        record: Type.Optional(
          Type.Object(
            {
              agent: Type.String(),
              queryType: Type.Optional(Type.String()),
              last: duration("How far back."),
            },
            closed("Of what an agent was asked, as the record of this workspace has it."),
          ),
        ),
        speed: Type.Optional(
          Type.Number({ description: "2 is twice as fast. Default: 1.", exclusiveMinimum: 0, maximum: 1000 }),
        ),
      },
      closed("Open: requests at the times of recorded ones."),
    ),
    Type.Object(
      { kind: Type.Literal("observed") },
      closed("None of ours: what the agent itself reports is measured while others use it. Needs no target."),
    ),
    Type.Object(
      {
        kind: Type.Literal("sweep"),
        of,
        from: amount,
        to: amount,
        factor: Type.Optional(
          Type.Number({ description: "From level to level. Default: 2.", exclusiveMinimum: 1, maximum: 100 }),
        ),
        each: each("How long each level is measured. Default: the duration."),
        thinkTime,
      },
      closed(
        "Raises the load level by level until an objective is missed, and closes in on the highest that meets all.",
      ),
    ),
    Type.Object(
      {
        kind: Type.Literal("soak"),
        users: Type.Optional(users("How many at once.")),
        rate: Type.Optional(rate("Instead of users.")),
        thinkTime,
      },
      closed("A steady load for long, judged for leaks in the end. Its duration is 10m by default."),
    ),
    Type.Object(
      {
        kind: Type.Literal("stress"),
        of,
        base: amount,
        peak: amount,
        before: each("How long the base lasts before the peak. Default: 10s."),
        hold: each("How long the peak lasts. Default: 10s."),
        after: each("How long recovery is watched. Default: 30s."),
        thinkTime,
      },
      closed("A peak, and how long it takes until all objectives are met again."),
    ),
  ],
  { description: "Who makes requests, and how many." },
);

export type LoadForm = Type.Static<typeof LoadSchema>;
