import type { LoadedModel } from "../../model/modelServers.ts";
import type { Ask } from "./ask.ts";
import { amountOf, type Fields, fieldsOf, nameOf } from "./json.ts";
import { askModelList } from "./openAiCompatible.ts";
import { MOST_NAMES, told } from "./reading.ts";

/** What is loaded and what else could be, of one model or, as a router, of several. */
export async function askLlamaCppModels(ask: Ask): Promise<{ loaded: string[]; available: string[] }> {
  const entries = await askModelList(ask);
  const named = entries.flatMap((entry) => {
    const name = nameOf(entry.id);
    // Only a router has states.
    const state = fieldsOf(entry.status)?.value;
    return name === undefined ? [] : [{ name: fileName(name), loaded: state === undefined || state === "loaded" }];
  });
  const loaded = named.filter((model) => model.loaded).map(({ name }) => name);
  const router = entries.some(({ status }) => fieldsOf(status) !== undefined);
  return {
    loaded: loaded.slice(0, MOST_NAMES),
    available: router ? named.map(({ name }) => name).slice(0, MOST_NAMES) : [],
  };
}

/** The loaded models with what `/props` adds: the name where the list had none, the context that one request may fill. */
export function loadedWith(names: string[], props: Fields | undefined): LoadedModel[] {
  const path = nameOf(props?.model_alias) ?? nameOf(props?.model_path);
  const all = names.length === 0 && path !== undefined && path !== "none" ? [fileName(path)] : names;
  const contextLength = amountOf(fieldsOf(props?.default_generation_settings)?.n_ctx) || undefined;
  return all.map((name) => ({ name, ...(all.length === 1 && told({ contextLength })) }));
}

/** `/models/llama-3.2-3b-q4_k_m.gguf` → `llama-3.2-3b-q4_k_m.gguf`; a Hugging Face name stays whole. */
function fileName(name: string): string {
  return name.endsWith(".gguf") ? name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1) : name;
}
