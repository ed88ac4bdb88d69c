import type { ProbeApi } from "../../../model/probe.ts";

/** Which model API a request speaks to, by method and path; nearly every request is turned away by the first test. */
export function classify(method: unknown, path: unknown): ProbeApi | undefined {
  if (method !== "POST" || typeof path !== "string") return undefined;
  const query = path.indexOf("?");
  const bare = query < 0 ? path : path.slice(0, query);
  switch (bare.slice(bare.lastIndexOf("/") + 1)) {
    case "completions":
      if (bare.endsWith("/chat/completions")) return "openai.chat";
      return /\/(v1|deployments\/[^/]+)\/completions$/.test(bare) ? "openai.completions" : undefined;
    case "responses":
      return /\/(v1|openai)\/responses$/.test(bare) ? "openai.responses" : undefined;
    case "embeddings":
      if (bare.endsWith("/api/embeddings")) return "ollama.embeddings";
      return /\/(v1|deployments\/[^/]+)\/embeddings$/.test(bare) ? "openai.embeddings" : undefined;
    case "embed":
      return bare.endsWith("/api/embed") ? "ollama.embeddings" : undefined;
    case "messages":
      return bare.endsWith("/v1/messages") ? "anthropic.messages" : undefined;
    case "chat":
      return bare.endsWith("/api/chat") ? "ollama.chat" : undefined;
    case "generate":
      return bare.endsWith("/api/generate") ? "ollama.generate" : undefined;
    default:
      return undefined;
  }
}
