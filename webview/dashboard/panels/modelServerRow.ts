import { formatAge, formatBytes, formatCount, formatPercent, threeDigits } from "../../../src/model/format.ts";
import type { LoadedModel, ModelServerKind, ModelServerState } from "../../../src/model/modelServers.ts";
import type { Severity } from "../../shared/severity.ts";

export interface ModelServerRow {
  url: string;
  name: string;
  severity: Severity;
  /** `up`, `loading` or `down`; stands beside the icon. */
  word: string;
  version: string;
  /** Why it is down, what it waits for, what it does not tell. */
  message: string | undefined;
  models: ModelRow[];
  /** What is known of models that are not loaded, in words. */
  others: string | undefined;
  /** Queue, KV cache and rates, each with its words; those that it tells. */
  figures: string[];
}

export interface ModelRow {
  name: string;
  /** Whole size, e.g. `13.4 GiB`; empty where it is not told. */
  size: string;
  /** Share of it in GPU memory, 0 to 1; undefined where that is not told. */
  gpuShare: number | undefined;
  /** Where it runs and what it has, in words. */
  words: string[];
  /** That it runs wholly or partly on the CPU; told as a warning. */
  warning: string | undefined;
}

const severities: Record<ModelServerState["status"], Severity> = { up: "ok", loading: "info", down: "error" };

/** A server as its panel shows it; `now` in Unix seconds. */
export function modelServerRow(server: ModelServerState, now: number): ModelServerRow {
  const { url, name, status, version = "", message } = server;
  return {
    url,
    name,
    severity: severities[status],
    word: status,
    version,
    message,
    models: server.models.map((model) => modelRow(model, now)),
    others: status === "up" ? othersInWords(server) : undefined,
    figures: figures(server),
  };
}

function modelRow({ name, size, gpuSize, contextLength, expires, note }: LoadedModel, now: number): ModelRow {
  const known = size !== undefined && size > 0 && gpuSize !== undefined;
  const gpuShare = known ? Math.min(1, gpuSize / size) : undefined;
  return {
    name,
    size: size === undefined ? "" : formatBytes(size),
    gpuShare,
    words: [
      gpuShare === 1 && note === undefined ? "all of it in GPU memory" : "",
      contextLength === undefined ? "" : `context of ${formatCount(contextLength)} tokens`,
      expires === undefined ? "" : expires <= now ? "about to be unloaded" : `unloaded in ${formatAge(expires - now)}`,
    ].filter(Boolean),
    warning: note,
  };
}

/** Kinds that tell which models they have beside those in memory. */
const loadsOnDemand: ReadonlySet<ModelServerKind> = new Set(["ollama", "lm-studio", "llama.cpp"]);

function othersInWords({ kind, models, available }: ModelServerState): string | undefined {
  if (!loadsOnDemand.has(kind)) {
    if (models.length > 0 || available.length === 0) return undefined;
    const more = available.length - 3;
    return `Offers ${available.slice(0, 3).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  }
  if (models.length > 0) return undefined;
  if (available.length === 0) return "No model loaded";
  return `No model loaded; ${available.length === 1 ? available[0] : `${available.length} to choose from`}`;
}

function figures(server: ModelServerState): string[] {
  const { requestsRunning, requestsQueued, kvCacheUse, tokensPerSecond, promptTokensPerSecond } = server;
  return [
    requestsRunning === undefined ? "" : `${formatCount(requestsRunning)} running`,
    requestsQueued === undefined ? "" : `${formatCount(requestsQueued)} queued`,
    kvCacheUse === undefined ? "" : `KV cache ${formatPercent(kvCacheUse)} used`,
    tokensPerSecond === undefined ? "" : `${threeDigits(tokensPerSecond)} tokens/s`,
    promptTokensPerSecond ? `${threeDigits(promptTokensPerSecond)} prompt tokens/s` : "",
  ].filter(Boolean);
}
