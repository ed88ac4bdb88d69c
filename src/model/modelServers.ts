/** Model servers on this machine or named in the config, as the views show them. Sizes bytes, ratios of 1. */

export type ModelServerKind = "ollama" | "llama.cpp" | "vllm" | "lm-studio" | "openai-compatible";

/** A server to look at. */
export interface ModelServerTarget {
  /** `http://127.0.0.1:11434`, without a path. */
  url: string;
  /** Absent: found out by asking. */
  kind?: ModelServerKind;
  /** For people; else the kind and the port. */
  name?: string;
  /** Named in the config: told as down when nothing is there. */
  configured: boolean;
}

export interface LoadedModel {
  name: string;
  /** Whole size in memory. */
  size?: number;
  /** Part of it in GPU memory: less than `size` means that the rest runs on the CPU. */
  gpuSize?: number;
  contextLength?: number;
  /** When it is unloaded if nothing asks for it. Unix seconds. */
  expires?: number;
  /** In words, when it runs wholly or partly on the CPU. */
  note?: string;
}

export interface ModelServerState {
  url: string;
  kind: ModelServerKind;
  name: string;
  status: "up" | "loading" | "down";
  /** For people: why it is down, or what it waits for. */
  message?: string;
  version?: string;
  models: LoadedModel[];
  /** Models that it could load, where it tells. */
  available: string[];
  requestsRunning?: number;
  requestsQueued?: number;
  /** Of the KV cache, 0 to 1. */
  kvCacheUse?: number;
  /** Over the last interval. */
  tokensPerSecond?: number;
  promptTokensPerSecond?: number;
  /** Last answer, Unix seconds. */
  time: number;
}
