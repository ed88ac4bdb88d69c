/** Streaming chat completions over plain `fetch`, from any OpenAI-compatible server. */
import type { ModelServer } from "./modelServer.ts";
import { readEvents } from "./sse.ts";

/** A model server that hangs must not hang the agent. */
const TIMEOUT_MS = 120_000;

export interface Message {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface Usage {
  input: number;
  output: number;
}

class ModelServerError extends Error {
  override readonly name = "ModelServerError";
}

interface Chunk {
  choices?: { delta?: { content?: string | null } }[];
  usage?: { prompt_tokens: number; completion_tokens: number } | null;
  error?: { message?: string };
}

/** Yields the answer's text as it comes and returns the tokens used, where the server tells them. */
export async function* chatCompletion(
  server: ModelServer,
  model: string,
  messages: readonly Message[],
  signal: AbortSignal,
): AsyncGenerator<string, Usage | undefined> {
  const response = await request(server, model, messages, AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]));
  if (!response.ok || !response.body) throw await refusal(server, response);
  let usage: Usage | undefined;
  for await (const { data } of readEvents(response.body)) {
    if (data === "[DONE]") return usage;
    const chunk = JSON.parse(data) as Chunk;
    if (chunk.error) throw new ModelServerError(`the model server gave up: ${chunk.error.message}`);
    const text = chunk.choices?.[0]?.delta?.content;
    if (text) yield text;
    if (chunk.usage) usage = { input: chunk.usage.prompt_tokens, output: chunk.usage.completion_tokens };
  }
  throw new ModelServerError(`the model server at ${server.baseUrl} ended its answer too early: its log may say why`);
}

async function request(server: ModelServer, model: string, messages: readonly Message[], signal: AbortSignal) {
  try {
    return await fetch(`${server.baseUrl}/chat/completions`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(server.apiKey ? { authorization: `Bearer ${server.apiKey}` } : {}),
      },
      body: JSON.stringify({ model, messages, stream: true, stream_options: { include_usage: true } }),
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    const reason = ((error as Error).cause as { code?: string } | undefined)?.code ?? (error as Error).message;
    throw new ModelServerError(`can't reach the model server at ${server.baseUrl} (${reason}): is it running?`);
  }
}

async function refusal(server: ModelServer, response: Response): Promise<ModelServerError> {
  const text = await response.text();
  let reason = text.slice(0, 200);
  try {
    reason = (JSON.parse(text) as Chunk).error?.message ?? reason;
  } catch {
    // Not every proxy in front of a model server answers in JSON: its text has to do.
  }
  return new ModelServerError(`the model server at ${server.baseUrl} answered ${response.status}: ${reason}`);
}
