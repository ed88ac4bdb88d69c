/** The body of POST /v1/chat/completions, checked. */
import { HttpError } from "../http.ts";
import type { Prompt } from "./languageModel.ts";
import { type ModelSettings, models } from "./models.ts";
import { words } from "./text.ts";

export interface CompletionRequest {
  model: string;
  settings: ModelSettings;
  prompt: Prompt;
  promptTokens: number;
  stream: boolean;
  includeUsage: boolean;
  maxTokens: number;
  temperature: number;
  topP: number;
  seed: number;
}

const ROLES = ["system", "developer", "user", "assistant", "tool"];

/** Checks the body; what can't be served is refused with the name of the parameter. */
export function completionRequest(body: Record<string, unknown>): CompletionRequest {
  if (typeof body.model !== "string") throw invalid("model", "must be the name of a model; GET /v1/models lists them");
  const settings = Object.hasOwn(models, body.model) ? models[body.model] : undefined;
  if (!settings) {
    const known = Object.keys(models).join(", ");
    throw failure(
      404,
      "model",
      "model_not_found",
      `there is no model ${JSON.stringify(body.model)}; there are: ${known}`,
    );
  }
  if (body.n !== undefined && body.n !== 1) throw invalid("n", "must be 1: this server gives one choice");
  const messages = readMessages(body.messages);
  const question = messages.findLast((message) => message.role === "user")?.text;
  if (question === undefined) throw invalid("messages", "must hold a message of the user");
  const context = messages.filter((message) => message.role === "system" || message.role === "developer");
  const streamOptions = body.stream_options as { include_usage?: unknown } | null | undefined;
  return {
    model: body.model,
    settings,
    prompt: { question, context: context.map((message) => message.text).join("\n\n") },
    promptTokens: messages.reduce((sum, message) => sum + words(message.text).length, 0),
    stream: body.stream === true,
    includeUsage: streamOptions?.include_usage === true,
    maxTokens:
      number(body, "max_completion_tokens", 1, 4096) ?? number(body, "max_tokens", 1, 4096) ?? settings.maxTokens,
    temperature: number(body, "temperature", 0, 2) ?? 0.7,
    topP: number(body, "top_p", 0, 1) ?? 0.9,
    seed: number(body, "seed", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER) ?? Math.random() * 2 ** 32,
  };
}

function readMessages(messages: unknown): { role: string; text: string }[] {
  if (!Array.isArray(messages) || messages.length === 0)
    throw invalid("messages", "must be a list with a message in it");
  return messages.map((message: { role?: unknown; content?: unknown } | null, index) => {
    const role = message?.role;
    if (typeof role !== "string" || !ROLES.includes(role)) {
      throw invalid(`messages[${index}].role`, `must be one of ${ROLES.join(", ")}`);
    }
    return { role, text: readContent(message?.content, index) };
  });
}

function readContent(content: unknown, index: number): string {
  if (typeof content === "string") return content;
  if (Array.isArray(content) && content.every((part) => part?.type === "text" && typeof part.text === "string")) {
    return content.map((part) => part.text).join("\n");
  }
  throw invalid(`messages[${index}].content`, "must be a string or a list of text parts");
}

function number(body: Record<string, unknown>, name: string, least: number, most: number): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && value >= least && value <= most) return value;
  throw invalid(name, `must be a number from ${least} to ${most}`);
}

function invalid(param: string, message: string): HttpError {
  return failure(400, param, null, `${param} ${message}`);
}

function failure(status: number, param: string, code: string | null, message: string): HttpError {
  return new HttpError(status, message, { type: "invalid_request_error", param, code });
}
