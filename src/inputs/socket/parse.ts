import { Compile, type Validator } from "typebox/compile";
import { type ClientEvent, type Hello, type Summary, wireKinds } from "../../model/wire.ts";

/** What is wrong with a line: `reason` is one of few, for counting; `detail` says it to people and quotes no content. */
export class BadLine extends Error {
  readonly reason: string;

  constructor(reason: string, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

const fromClients = new Set<string>(Object.keys(wireKinds).filter((kind) => kind !== "command"));
const validators = new Map<string, Validator>();

/**
 * An event of a client, checked against its schema.
 * @throws BadLine
 */
export function parseLine(line: string): ClientEvent | Hello {
  const event = parseJson(line);
  const type = event?.type;
  const validator = validators.get(type as string) ?? compile(type);
  if (!validator.Check(event)) {
    const error = validator.Errors(event)[0];
    const field = error?.instancePath.slice(1).replaceAll("/", ".");
    throw new BadLine(`invalid ${type}`, `is a ${type} whose ${field ? `${field} ` : "fields "}${error?.message}`);
  }
  if (type === "summary") checkSums(event as Summary);
  return event as ClientEvent | Hello;
}

/** A summary whose figures don't add up would bend the percentiles of a whole window. */
function checkSums({ count, errors, cancelled, durations, timeToFirstToken: first }: Summary): void {
  const total = (buckets: [number, number][]) => buckets.reduce((sum, [, n]) => sum + n, 0);
  const wrong =
    errors + cancelled > count
      ? "has more errors and cancelled responses than responses"
      : total(durations.buckets) !== count - cancelled
        ? "has durations of another number of responses than ended"
        : first && (total(first.buckets) !== first.count || first.count > count)
          ? "has first tokens of another number of responses than it says"
          : undefined;
  if (wrong) throw new BadLine("invalid summary", `is a summary that ${wrong}`);
}

function parseJson(line: string): { type?: unknown } | null {
  try {
    return JSON.parse(line);
  } catch {
    // its message would quote the line, which may hold what the agent's users said
    throw new BadLine("not JSON", `is not JSON (${line.length} characters)`);
  }
}

/** Compiled on first use: a kind that never comes costs nothing. */
function compile(type: unknown): Validator {
  if (typeof type !== "string" || !fromClients.has(type)) {
    const name = typeof type === "string" ? `the unknown type ${JSON.stringify(type.slice(0, 64))}` : "no type";
    throw new BadLine("unknown type", `has ${name}`);
  }
  const validator = Compile(wireKinds[type as keyof typeof wireKinds]) as Validator;
  validators.set(type, validator);
  return validator;
}
