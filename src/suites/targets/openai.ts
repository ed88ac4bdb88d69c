import Type from "typebox";
import { HttpClient, type HttpRules, type PreparedRequest } from "../http/client.ts";
import { modelAnswer } from "../streams/modelAnswer.ts";
import type { TargetContext, TargetKind } from "../target.ts";
import { askJson, facts, objectsIn } from "./askJson.ts";
import { Preparations } from "./preparations.ts";
import { inputOf, messagesOf, Prompt } from "./prompt.ts";
import { address, httpProperties, limitsOf, parsedUrl, tlsOf, under } from "./settings.ts";

const Api = Type.Union(
  [Type.Literal("chat"), Type.Literal("completions"), Type.Literal("responses"), Type.Literal("embeddings")],
  { description: "Which of the server's interfaces is asked. Default: chat." },
);

const OpenAiTarget = Type.Object(
  {
    kind: Type.Literal("openai", { description: "A model server with OpenAI's interface." }),
    url: address("The server's address as clients have it, with its version.", "http://127.0.0.1:8080/v1"),
    model: Type.Optional(
      Type.String({ description: "Model. Default: the first that the server lists.", minLength: 1 }),
    ),
    api: Type.Optional(Api),
    apiKeyEnv: Type.Optional(
      Type.String({
        description: "Environment variable with the API key; the key itself belongs in no file.",
        pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
        examples: ["OPENAI_API_KEY"],
      }),
    ),
    includeUsage: Type.Optional(
      Type.Boolean({
        description:
          "Asks streamed answers for their token counts; false for servers that refuse to be asked. Default: true.",
      }),
    ),
    ...httpProperties,
  },
  { description: "A model server with OpenAI's interface.", additionalProperties: false },
);

const OpenAiRequest = Type.Object(
  { api: Type.Optional(Api), ...Prompt },
  { description: "One request to a model.", additionalProperties: false },
);

type OpenAiTarget = Type.Static<typeof OpenAiTarget>;
type OpenAiRequest = Type.Static<typeof OpenAiRequest>;
type Api = Type.Static<typeof Api>;

const PATHS: Record<Api, string> = {
  chat: "/chat/completions",
  completions: "/completions",
  responses: "/responses",
  embeddings: "/embeddings",
};

/** What a model server tells of a model, and what that is called here. */
const TOLD = {
  owned_by: "owner",
  created: "created",
  root: "root",
  max_model_len: "context",
  quantization: "quantization",
};
/** Of llama.cpp's. */
const META = { n_params: "parameters", size: "size", n_ctx: "context", ftype: "quantization" };

/** Chat, completions, responses and embeddings of OpenAI's interface, as vLLM, llama.cpp, LM Studio and others have it. */
export const openai: TargetKind<OpenAiTarget, OpenAiRequest> = {
  kind: "openai",
  schema: OpenAiTarget,
  requestSchema: OpenAiRequest,
  tokens: true,
  stages: [],
  async open(settings, context) {
    const base = parsedUrl(settings.url);
    const client = new HttpClient(tlsOf(settings, context));
    const headers = { ...authorization(settings, context), ...settings.headers };
    const limits = limitsOf(settings);
    const list = async () => objectsIn((await askJson(client, under(base, "/models"), headers))?.data);
    const model = settings.model ?? (await list())[0]?.id;

    const prepare = (request: OpenAiRequest): { prepared: PreparedRequest; rules: HttpRules } => {
      const api = request.api ?? settings.api ?? "chat";
      const streaming = api !== "embeddings" && request.stream !== false;
      return {
        prepared: client.prepare({
          method: "POST",
          url: under(base, PATHS[api]),
          headers: {
            "content-type": "application/json",
            accept: streaming ? "text/event-stream" : "application/json",
            "accept-encoding": "identity",
            ...headers,
          },
          body: JSON.stringify({
            ...((request.model ?? model) !== undefined && { model: request.model ?? model }),
            ...said(api, request),
            ...(streaming && { stream: true }),
            ...(streaming &&
              api !== "responses" &&
              settings.includeUsage !== false && { stream_options: { include_usage: true } }),
            ...request.body,
          }),
        }),
        rules: {
          ...limits,
          expected: (status) => status === 200,
          reader: (head, exchange) => modelAnswer(`openai.${api}`, head, exchange),
        },
      };
    };
    const preparations = new Preparations(prepare);
    return {
      send: (request, signal) =>
        preparations.with(request, ({ prepared, rules }) => client.send(prepared, rules, signal)),
      async describe() {
        const models = await list();
        const told = models.find(({ id }) => id === model) ?? {};
        const meta = typeof told.meta === "object" && told.meta !== null ? told.meta : {};
        return { ...facts({ model }, { model: "model" }), ...facts(told, TOLD), ...facts(meta, META) };
      },
      close: async () => client.close(),
    };
  },
};

function authorization({ apiKeyEnv }: OpenAiTarget, { env }: TargetContext): Record<string, string> {
  if (apiKeyEnv === undefined) return {};
  const key = env[apiKeyEnv];
  if (!key)
    throw new Error(`The environment has no ${apiKeyEnv}, which apiKeyEnv names: set it, or leave apiKeyEnv out`);
  return { authorization: `Bearer ${key}` };
}

function said(api: Api, request: OpenAiRequest): object {
  const { maxTokens, system, prompt } = request;
  switch (api) {
    case "chat":
      return { messages: messagesOf(request), ...(maxTokens !== undefined && { max_tokens: maxTokens }) };
    case "completions":
      return { prompt: inputOf(request), ...(maxTokens !== undefined && { max_tokens: maxTokens }) };
    case "responses":
      return {
        input: request.messages ?? request.input ?? inputOf({ ...(prompt !== undefined && { prompt }) }),
        ...(system !== undefined && { instructions: system }),
        ...(maxTokens !== undefined && { max_output_tokens: maxTokens }),
      };
    case "embeddings":
      return { input: inputOf(request) };
  }
}
