import type { ModelServerKind } from "../../model/modelServers.ts";
import { readLlamaCpp } from "./llamaCpp.ts";
import { readLmStudio } from "./lmStudio.ts";
import { readOllama } from "./ollama.ts";
import { readOpenAiCompatible } from "./openAiCompatible.ts";
import type { ReaderMaker } from "./reading.ts";
import { readVllm } from "./vllm.ts";

/** How each kind is called and read. */
export const kinds: Record<ModelServerKind, { title: string; read: ReaderMaker }> = {
  ollama: { title: "Ollama", read: readOllama },
  "llama.cpp": { title: "llama.cpp", read: readLlamaCpp },
  vllm: { title: "vLLM", read: readVllm },
  "lm-studio": { title: "LM Studio", read: readLmStudio },
  "openai-compatible": { title: "Model server", read: readOpenAiCompatible },
};
