import Type from "typebox";

/** What a request to a model says. */
export const Prompt = {
  prompt: Type.Optional(Type.String({ description: "What is asked, as the user's message." })),
  system: Type.Optional(Type.String({ description: "The system's message before it." })),
  messages: Type.Optional(
    Type.Array(Type.Record(Type.String(), Type.Unknown()), {
      description: "A whole conversation in place of prompt and system, as the API has it.",
      examples: [[{ role: "user", content: "Hello" }]],
    }),
  ),
  input: Type.Optional(
    Type.Unknown({
      description: "Of embeddings (texts) and responses: the input as the API has it, in place of prompt.",
    }),
  ),
  stream: Type.Optional(
    Type.Boolean({
      description: "Whether the answer comes token by token, and so first tokens are measured. Default: true.",
    }),
  ),
  model: Type.Optional(Type.String({ description: "Model. Default: the target's.", minLength: 1 })),
  maxTokens: Type.Optional(Type.Integer({ description: "Most tokens of the answer.", minimum: 1 })),
  body: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: "More of the request's body, as the API has it: temperature, seed, tools…",
      examples: [{ temperature: 0, seed: 1 }],
    }),
  ),
};

export interface Prompt {
  prompt?: string;
  system?: string;
  messages?: Record<string, unknown>[];
  input?: unknown;
}

/** @throws when nothing is said */
export function messagesOf({ prompt, system, messages }: Prompt): Record<string, unknown>[] {
  if (messages) return messages;
  if (prompt === undefined) throw new Error("A request to a model says nothing: give prompt or messages");
  return [...(system === undefined ? [] : [{ role: "system", content: system }]), { role: "user", content: prompt }];
}

/** @throws when nothing is said */
export function inputOf({ prompt, input }: Prompt): unknown {
  const given = input ?? prompt;
  if (given === undefined) throw new Error("A request to a model says nothing: give prompt or input");
  return given;
}
