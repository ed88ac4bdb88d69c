import Type from "typebox";
import type { ProbeApi } from "../../model/probe.ts";
import { HttpClient, type HttpRules, type PreparedRequest } from "../http/client.ts";
import { modelAnswer } from "../streams/modelAnswer.ts";
import type { TargetKind } from "../target.ts";
import { askJson, facts, objectsIn } from "./askJson.ts";
import { Preparations } from "./preparations.ts";
import { inputOf, messagesOf, Prompt } from "./prompt.ts";
import { address, httpProperties, limitsOf, parsedUrl, tlsOf, under } from "./settings.ts";

const Api = Type.Union(
  [Type.Literal("chat"), Type.Literal("generate"), Type.Literal("embed"), Type.Literal("embeddings")],
  { description: "Which of the server's interfaces is asked. Default: chat." },
);

const OllamaTarget = Type.Object(
  {
    kind: Type.Literal("ollama", { description: "Ollama by its own interface." }),
    url: Type.Optional(address("The server's address. Default: http://127.0.0.1:11434.", "http://127.0.0.1:11434")),
    model: Type.String({ description: "Model, with its tag.", minLength: 1, examples: ["llama3.2:3b"] }),
    api: Type.Optional(Api),
    keepAlive: Type.Optional(
      Type.Union([Type.String(), Type.Number()], {
        description: "How long the model stays in memory behind a request, as Ollama has it.",
        examples: ["10m", -1],
      }),
    ),
    ...httpProperties,
  },
  { description: "Ollama by its own interface, with its own timings as stages.", additionalProperties: false },
);

const OllamaRequest = Type.Object(
  {
    api: Type.Optional(Api),
    ...Prompt,
    options: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: "Ollama's options: temperature, num_ctx, seed…",
        examples: [{ temperature: 0, num_ctx: 4096 }],
      }),
    ),
  },
  { description: "One request to a model.", additionalProperties: false },
);

type OllamaTarget = Type.Static<typeof OllamaTarget>;
type OllamaRequest = Type.Static<typeof OllamaRequest>;
type Api = Type.Static<typeof Api>;

const APIS: Record<Api, ProbeApi> = {
  chat: "ollama.chat",
  generate: "ollama.generate",
  embed: "ollama.embeddings",
  embeddings: "ollama.embeddings",
};

/** Ollama's chat, generate and embeddings. */
export const ollama: TargetKind<OllamaTarget, OllamaRequest> = {
  kind: "ollama",
  schema: OllamaTarget,
  requestSchema: OllamaRequest,
  tokens: true,
  stages: ["load", "prompt_evaluation", "evaluation"],
  async open(settings, context) {
    const base = parsedUrl(settings.url ?? "http://127.0.0.1:11434");
    const client = new HttpClient(tlsOf(settings, context));
    const limits = limitsOf(settings);
    const headers = settings.headers ?? {};
    const { model, keepAlive } = settings;

    const prepare = (request: OllamaRequest): { prepared: PreparedRequest; rules: HttpRules } => {
      const api = request.api ?? settings.api ?? "chat";
      const streams = api === "chat" || api === "generate";
      const options = {
        ...request.options,
        ...(request.maxTokens !== undefined && { num_predict: request.maxTokens }),
      };
      return {
        prepared: client.prepare({
          method: "POST",
          url: under(base, `/api/${api}`),
          headers: { "content-type": "application/json", "accept-encoding": "identity", ...headers },
          body: JSON.stringify({
            model: request.model ?? model,
            ...said(api, request),
            ...(streams && { stream: request.stream !== false }),
            ...(keepAlive !== undefined && { keep_alive: keepAlive }),
            ...(Object.keys(options).length > 0 && { options }),
            ...request.body,
          }),
        }),
        rules: {
          ...limits,
          expected: (status) => status === 200,
          reader: (head, exchange) => modelAnswer(APIS[api], head, exchange),
        },
      };
    };
    const preparations = new Preparations(prepare);
    return {
      send: (request, signal) =>
        preparations.with(request, ({ prepared, rules }) => client.send(prepared, rules, signal)),
      async describe() {
        const ask = (path: string) => askJson(client, under(base, path), headers);
        const [version, tags, running] = await Promise.all([ask("/api/version"), ask("/api/tags"), ask("/api/ps")]);
        const known = modelIn(tags, model);
        const loaded = modelIn(running, model);
        return {
          model,
          ...facts(version ?? {}, { version: "version" }),
          ...facts(known, { digest: "digest", size: "size" }),
          ...facts(details(known), {
            family: "family",
            parameter_size: "parameters",
            quantization_level: "quantization",
          }),
          ...facts(loaded, { size_vram: "gpuSize", context_length: "context" }),
        };
      },
      close: async () => client.close(),
    };
  },
};

function said(api: Api, request: OllamaRequest): object {
  const { system } = request;
  switch (api) {
    case "chat":
      return { messages: messagesOf(request) };
    case "generate":
      return { prompt: inputOf(request), ...(system !== undefined && { system }) };
    case "embed":
      return { input: inputOf(request) };
    case "embeddings":
      return { prompt: inputOf(request) };
  }
}

/** A model by its name: without a tag the latest is meant. */
function modelIn(answer: Record<string, unknown> | undefined, model: string): Record<string, unknown> {
  const names = new Set([model, `${model}:latest`]);
  return objectsIn(answer?.models).find(({ name }) => names.has(String(name))) ?? {};
}

function details({ details }: Record<string, unknown>): object {
  return typeof details === "object" && details !== null ? details : {};
}
