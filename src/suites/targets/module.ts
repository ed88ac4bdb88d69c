import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import Type from "typebox";
import { failure, now, settle, stopped } from "../failure.ts";
import { takeStages } from "../streams/stages.ts";
import { countedTokens, countToken } from "../streams/tokens.ts";
import type { Exchange, TargetKind } from "../target.ts";

const ModuleTarget = Type.Object(
  {
    kind: Type.Literal("module", { description: "A function of a module, called in the process that makes the load." }),
    module: Type.String({
      description:
        "File and export: src/answer.ts#answer; without # its default export. Relative to the suite's folder.",
      minLength: 1,
      examples: ["src/answer.mjs#answer"],
    }),
  },
  {
    description: "A function of a module: async, or an async generator whose values are tokens.",
    additionalProperties: false,
  },
);

const ModuleRequest = Type.Object(
  {
    args: Type.Optional(
      Type.Array(Type.Unknown(), { description: "The function's arguments; behind them comes { signal }." }),
    ),
  },
  { description: "One call of the function.", additionalProperties: false },
);

type ModuleTarget = Type.Static<typeof ModuleTarget>;
type ModuleRequest = Type.Static<typeof ModuleRequest>;
type Callable = (...args: unknown[]) => unknown;

/** Seconds. */
const LONGEST_WITHOUT_TURN = 0.05;

/**
 * A function of a module, in the thread that makes the load: what it does is all that is measured. What it yields are
 * tokens; what it returns may tell of `stages`, `inputTokens` and `outputTokens`.
 */
export const module: TargetKind<ModuleTarget, ModuleRequest> = {
  kind: "module",
  schema: ModuleTarget,
  requestSchema: ModuleRequest,
  tokens: true,
  stages: "any",
  async open(settings, { folder }) {
    const call = await load(settings.module, folder);
    return {
      send: ({ args = [] }, signal) => {
        const exchange: Exchange = { outcome: "ok", sent: now(), ended: 0 };
        return new Promise((done) => {
          // A function that heeds no signal is left behind: what it still says belongs to nobody.
          const stop = () => done(settle({ ...exchange }, now(), stopped(signal)));
          if (signal.aborted) {
            stop();
            return;
          }
          signal.addEventListener("abort", stop);
          run(() => call(...args, { signal }), exchange, signal)
            .then(
              () => settle(exchange, now()),
              (error: unknown) =>
                settle(exchange, now(), signal.aborted ? stopped(signal) : failure("failed", nameOf(error))),
            )
            .then((settled) => {
              signal.removeEventListener("abort", stop);
              done(settled);
            });
        });
      },
      close: async () => {},
    };
  },
};

/** @throws when there is no such function */
async function load(place: string, folder: string): Promise<Callable> {
  const [file = "", name = "default"] = place.split("#");
  let exports: Record<string, unknown>;
  try {
    exports = (await import(pathToFileURL(resolve(folder, file)).href)) as Record<string, unknown>;
  } catch (error) {
    throw new Error(`The target's module ${file} can't be loaded: ${(error as Error).message}`, { cause: error });
  }
  const found = exports[name];
  if (typeof found === "function") return found as Callable;
  const functions = Object.keys(exports).filter((one) => typeof exports[one] === "function");
  throw new Error(
    `The target's module ${file} has no function ${name}: write ${file}#NAME with one of ${functions.join(", ") || "its exports (it has none)"}`,
  );
}

async function run(call: () => unknown, exchange: Exchange, signal: AbortSignal): Promise<void> {
  const result = await call();
  const yields = isIterable(result);
  const told = yields ? await iterate(result, exchange, signal) : result;
  if (typeof told === "object" && told !== null) {
    takeStages(told as Record<string, unknown>, exchange);
    const { inputTokens, outputTokens } = told as Record<string, unknown>;
    if (typeof inputTokens === "number") exchange.inputTokens = inputTokens;
    if (typeof outputTokens === "number") exchange.outputTokens = outputTokens;
  }
  if (yields) exchange.outputTokens ??= countedTokens(exchange);
}

async function iterate(values: AsyncIterable<unknown>, exchange: Exchange, signal: AbortSignal): Promise<unknown> {
  const iterator = values[Symbol.asyncIterator]();
  const stop = () => {
    iterator.return?.()?.catch(() => {}); // It runs only when the value that is waited for has come.
  };
  signal.addEventListener("abort", stop, { once: true });
  let turned = now();
  try {
    for (;;) {
      const { done, value } = await iterator.next();
      if (done) return value;
      if (signal.aborted) return undefined;
      const at = now();
      exchange.firstByte ??= at;
      countToken(exchange, at);
      if (at - turned < LONGEST_WITHOUT_TURN) continue;
      // Values that wait for nothing would leave the event loop no turn: no timeout came through.
      await new Promise(setImmediate);
      turned = now();
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/** An error's text may hold what was said: its name and code do not. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return `it threw a ${typeof error}`;
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? `${error.name} ${code}` : error.name;
}
