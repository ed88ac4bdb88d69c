/** The model server in use: the one that OPENAI_BASE_URL names, else the example's own. */
import { type EmbeddedModelServer, startEmbeddedModelServer } from "./model/embedded.ts";
import { TALKER, THINKER } from "./model/models.ts";

export interface ModelServer {
  /** Ends with the version, e.g. `http://127.0.0.1:11434/v1`. */
  baseUrl: string;
  apiKey?: string;
  talker: string;
  thinker: string;
  /** Only when the server is the example's own. */
  embedded?: EmbeddedModelServer;
}

/** Reads OPENAI_BASE_URL, OPENAI_API_KEY, TALKER_MODEL and THINKER_MODEL; `documents` train the embedded server. */
export async function connectModelServer(env: NodeJS.ProcessEnv, documents: readonly string[]): Promise<ModelServer> {
  if (!env.OPENAI_BASE_URL) {
    const embedded = await startEmbeddedModelServer(documents);
    const { TALKER_MODEL: talker = TALKER, THINKER_MODEL: thinker = THINKER } = env;
    return { baseUrl: embedded.baseUrl, talker, thinker, embedded };
  }
  const baseUrl = env.OPENAI_BASE_URL.replace(/\/+$/, "");
  const key = env.OPENAI_API_KEY ? { apiKey: env.OPENAI_API_KEY } : {};
  const talker = env.TALKER_MODEL || (await firstModel(baseUrl, key.apiKey));
  return { baseUrl, ...key, talker, thinker: env.THINKER_MODEL || talker };
}

async function firstModel(baseUrl: string, apiKey: string | undefined): Promise<string> {
  const hint =
    "set TALKER_MODEL and THINKER_MODEL to models that it has, or unset OPENAI_BASE_URL for the embedded server";
  let reply: { data?: { id?: string }[] };
  try {
    const headers = apiKey ? { authorization: `Bearer ${apiKey}` } : {};
    const response = await fetch(`${baseUrl}/models`, { headers, signal: AbortSignal.timeout(10_000) });
    reply = (await response.json()) as typeof reply;
  } catch (error) {
    throw new Error(`the model server at ${baseUrl} does not list its models: ${hint}`, { cause: error });
  }
  const id = reply.data?.[0]?.id;
  if (id === undefined) throw new Error(`the model server at ${baseUrl} lists no model: ${hint}`);
  return id;
}
