/** POST /chat: a typed question, answered as server-sent events. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Monitor } from "../agent-vitals.mjs";
import type { Assistant, Question } from "./assistant.ts";
import { clientGone, HttpError, readJson } from "./http.ts";
import { MeasuredTurn } from "./measuredTurn.ts";
import { EventReply } from "./reply.ts";

const MAX_BODY = 64 * 1024;

export async function chat(
  request: IncomingMessage,
  response: ServerResponse,
  { assistant, monitor }: { assistant: Assistant; monitor: Monitor },
): Promise<void> {
  const question = readQuestion(await readJson(request, MAX_BODY));
  const signal = clientGone(response);
  const reply = new EventReply(response);
  const turn = new MeasuredTurn(monitor, signal);
  try {
    await assistant.answer(question, turn, (piece) => reply.say(piece), signal);
    reply.end(turn.end());
  } catch (error) {
    reply.end(turn.end(error));
  }
}

function readQuestion(body: Record<string, unknown>): Question {
  const { message, session = body.user ?? "anonymous", mode } = body;
  if (typeof message !== "string" || message.trim() === "") {
    throw new HttpError(400, 'there is no "message": send {"message": "What makes the first token late?"}');
  }
  if (typeof session !== "string") throw new HttpError(400, '"session" (or "user") must be a string');
  if (mode !== undefined && mode !== "talker" && mode !== "thinker") {
    throw new HttpError(400, '"mode" must be "talker" or "thinker"; leave it out and the question decides');
  }
  return { text: message, session, ...(mode ? { mode } : {}) };
}
