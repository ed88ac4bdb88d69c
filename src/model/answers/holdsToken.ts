import type { ProbeApi } from "../probe.ts";

/** Whether one item of a streamed answer holds text (an answer's or its reasoning's) or a tool call. */
export function holdsToken(api: ProbeApi, item: Record<string, unknown>): boolean {
  const CHAT = ["content", "reasoning_content", "reasoning", "refusal", "tool_calls", "function_call", "audio"];
  const filled = (value: unknown): boolean =>
    typeof value === "string" || Array.isArray(value)
      ? value.length > 0
      : typeof value === "object" && value !== null && Object.values(value).some(filled);
  const object = (value: unknown): Record<string, unknown> =>
    typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const choices = Array.isArray(item.choices) ? item.choices.map(object) : [];
  switch (api) {
    case "openai.chat":
      return choices.some(({ delta }) => CHAT.some((key) => filled(object(delta)[key])));
    case "openai.completions":
      return choices.some(({ text }) => filled(text));
    case "openai.responses":
      return filled(item.delta) || /_call$/.test(String(object(item.item).type));
    case "anthropic.messages": {
      const { text, thinking, partial_json } = object(item.delta);
      return filled(text) || filled(thinking) || filled(partial_json) || object(item.content_block).type === "tool_use";
    }
    case "ollama.chat": {
      const { content, thinking, tool_calls } = object(item.message);
      return filled(content) || filled(thinking) || filled(tool_calls);
    }
    case "ollama.generate":
      return filled(item.response) || filled(item.thinking);
    default:
      return false;
  }
}
