/** POST /v1/chat/completions: an answer as one JSON object or as a stream of chunks. */
import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { clientGone, sendJson, startEvents } from "../http.ts";
import { formatEvent } from "../sse.ts";
import { type AnswerEnd, answer } from "./answer.ts";
import type { CompletionRequest } from "./completionRequest.ts";
import type { LanguageModel } from "./languageModel.ts";
import { seededRandom } from "./random.ts";

/** Answers the request; `slowdown` multiplies the drafts that are written for it. */
export async function complete(
  model: LanguageModel,
  request: CompletionRequest,
  response: ServerResponse,
  slowdown: number,
): Promise<void> {
  const pieces = answer(model, request.prompt, {
    drafts: request.settings.drafts * slowdown,
    enoughWords: request.settings.enoughWords,
    maxTokens: request.maxTokens,
    temperature: request.temperature,
    topP: request.topP,
    random: seededRandom(request.seed),
    signal: clientGone(response),
  });
  const head = { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model: request.model };
  if (request.stream) await stream(pieces, request, response, { ...head, object: "chat.completion.chunk" });
  else await whole(pieces, request, response, { ...head, object: "chat.completion" });
}

async function stream(
  pieces: AsyncGenerator<string, AnswerEnd>,
  request: CompletionRequest,
  response: ServerResponse,
  head: object,
): Promise<void> {
  startEvents(response);
  const send = (delta: object, finishReason: string | null) =>
    response.write(formatEvent({ ...head, choices: [{ index: 0, delta, finish_reason: finishReason }] }));
  send({ role: "assistant", content: "" }, null);
  let step = await pieces.next();
  for (; !step.done; step = await pieces.next()) send({ content: step.value }, null);
  send({}, step.value.finishReason);
  if (request.includeUsage) response.write(formatEvent({ ...head, choices: [], usage: usage(request, step.value) }));
  response.end(formatEvent("[DONE]"));
}

async function whole(
  pieces: AsyncGenerator<string, AnswerEnd>,
  request: CompletionRequest,
  response: ServerResponse,
  head: object,
): Promise<void> {
  let content = "";
  let step = await pieces.next();
  for (; !step.done; step = await pieces.next()) content += step.value;
  const message = { role: "assistant", content };
  const choice = { index: 0, message, logprobs: null, finish_reason: step.value.finishReason };
  sendJson(response, 200, { ...head, choices: [choice], usage: usage(request, step.value) });
}

/** Drafts that were not chosen count as reasoning, as they do with models that think before they answer. */
function usage({ promptTokens }: CompletionRequest, { tokens, discardedTokens }: AnswerEnd) {
  const completionTokens = tokens + discardedTokens;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    completion_tokens_details: { reasoning_tokens: discardedTokens },
  };
}
