import Type from "typebox";
import type { Failure } from "../failure.ts";
import { failure, now, settle, stopped } from "../failure.ts";
import { CommandProcess } from "../stdio/commandProcess.ts";
import { AgentEvents } from "../streams/agentAnswer.ts";
import { messageReader, Until } from "../streams/until.ts";
import type { Exchange, TargetKind } from "../target.ts";
import { Content, contentOf } from "./content.ts";
import { Preparations } from "./preparations.ts";
import { fileReader, httpProperties, limitsOf } from "./settings.ts";

const StdioTarget = Type.Object(
  {
    kind: Type.Literal("stdio", { description: "A command that reads requests and writes answers." }),
    command: Type.String({ description: "Program, found on PATH or by its path.", minLength: 1 }),
    args: Type.Optional(Type.Array(Type.String(), { description: "Arguments, one string each." })),
    cwd: Type.Optional(Type.String({ description: "Folder to start it in. Default: the suite's." })),
    env: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: "Environment variables beside the present ones." }),
    ),
    keep: Type.Optional(
      Type.Boolean({
        description:
          "A process answers one request after the other, a line each; false starts one for each, which answers until its end. Default: true.",
      }),
    ),
    ready: Type.Optional(
      Type.String({ description: "Text in the line by which a kept process says that it is ready.", minLength: 1 }),
    ),
    events: Type.Optional(AgentEvents),
    until: Type.Optional(Until),
    maxBody: httpProperties.maxBody,
  },
  { description: "A command over its standard input and output.", additionalProperties: false },
);

const StdioRequest = Type.Object(
  { ...Content, until: Type.Optional(Until) },
  {
    description: "One request to the command: a line of json or text, or a file's bytes.",
    additionalProperties: false,
  },
);

type StdioTarget = Type.Static<typeof StdioTarget>;
type StdioRequest = Type.Static<typeof StdioRequest>;

/** A command over stdio: a request goes in as a line, its answer comes in lines. Each line of content is a token. */
export const stdio: TargetKind<StdioTarget, StdioRequest> = {
  kind: "stdio",
  schema: StdioTarget,
  requestSchema: StdioRequest,
  tokens: true,
  stages: "any",
  async open(settings, context) {
    const { folder, env } = context;
    const keep = settings.keep !== false;
    const readFile = fileReader(context);
    const { longestBody } = limitsOf(settings);
    const usual = settings.until ?? (settings.events ? undefined : keep ? { messages: 1 } : { closed: true });
    const idle: CommandProcess[] = [];
    const running = new Set<CommandProcess>();
    const start = () => {
      const process = new CommandProcess({ ...settings, folder, env: { ...env, ...settings.env } }, () => {
        running.delete(process);
        const at = idle.indexOf(process);
        if (at >= 0) idle.splice(at, 1);
      });
      running.add(process);
      return process;
    };
    if (keep) {
      // What can't start is told before the load begins.
      const first = start();
      const wrong = await first.ready;
      if (wrong)
        throw new Error(`The target's command ${settings.command} can't be used: ${wrong.message}${first.lastWords}`);
      idle.push(first);
    }

    const prepare = (request: StdioRequest): string | Buffer => {
      const { body } = contentOf(request, readFile);
      if (body === undefined) throw new Error("A request to a command says nothing: give json, text or file");
      // The answer to its second line would be taken for that to the next request.
      if (keep && typeof body === "string" && /[\r\n]/.test(body))
        throw new Error(
          'A text with a line break is several requests to a kept command: send json, or set "keep": false',
        );
      return typeof body === "string" ? `${body}\n` : body;
    };
    const preparations = new Preparations(prepare);
    return {
      send: (request, signal) =>
        preparations.with(request, async (input) => {
          const exchange: Exchange = { outcome: "ok", sent: now(), ended: 0 };
          const process = idle.pop() ?? start();
          const stop = () => process.kill();
          signal.addEventListener("abort", stop);
          const reader = messageReader(request.until ?? usual, settings.events, exchange);
          let length = 0;
          let why: Failure | undefined = signal.aborted ? undefined : await process.ready;
          if (!why && !signal.aborted) {
            why = await process.ask(input, keep, exchange, {
              ...reader,
              message(text, at) {
                length += Buffer.byteLength(text ?? "");
                if (length > longestBody)
                  return failure("too large", `its answer is longer than ${longestBody} bytes (maxBody)`);
                return reader.message(text, at);
              },
            });
          }
          signal.removeEventListener("abort", stop);
          settle(exchange, exchange.ended || now(), signal.aborted ? stopped(signal) : why);
          if (exchange.outcome === "ok" && keep && !process.ended) idle.push(process);
          else process.kill();
          return exchange;
        }),
      async close() {
        await Promise.all([...running].map((process) => process.stop()));
      },
    };
  },
};
