import type { LoadedModel } from "../../model/modelServers.ts";
import { type Ask, NoAnswer } from "./ask.ts";
import { amountOf, askFields, type Fields, listOf, nameOf } from "./json.ts";
import { offloadNote } from "./offload.ts";
import { MOST_NAMES, type ReaderMaker, seldom, told } from "./reading.ts";

const FOREVER = 366 * 86_400;

/** Ollama: `/api/ps` at each look, version and the list of pulled models once a minute. It tells no queue and no rates. */
export const readOllama: ReaderMaker = (now) => {
  const version = seldom(60, now, async (ask) => nameOf((await askFields(ask, "/api/version")).version));
  const pulled = seldom(60, now, async (ask) => {
    const { models } = await askFields(ask, "/api/tags");
    return listOf(models).flatMap((model) => nameOf(model.name) ?? []);
  });
  return async (ask) => {
    const models = (await askRunning(ask)).flatMap((model) => loadedModel(model, now()) ?? []);
    const release = await version(ask);
    const available = await pulled(ask);
    return {
      status: "up",
      models: models.slice(0, MOST_NAMES),
      available: (available ?? []).slice(0, MOST_NAMES),
      ...told({ version: release }),
    };
  };
};

/** The models in memory. Rejects with `NoAnswer` where that is not Ollama's. */
export async function askRunning(ask: Ask): Promise<Fields[]> {
  const { models } = await askFields(ask, "/api/ps");
  if (models !== null && !Array.isArray(models)) {
    throw new NoAnswer("strange", "Its answer to /api/ps is not the list of Ollama");
  }
  return listOf(models);
}

function loadedModel(model: Fields, now: number): LoadedModel | undefined {
  const name = nameOf(model.name) ?? nameOf(model.model);
  if (name === undefined) return undefined;
  const size = amountOf(model.size);
  const gpuSize = amountOf(model.size_vram);
  const contextLength = amountOf(model.context_length);
  const expires = Math.round(Date.parse(String(model.expires_at)) / 1000);
  const note = size !== undefined && gpuSize !== undefined ? offloadNote(size, gpuSize) : undefined;
  return {
    name,
    ...told({ size, gpuSize, contextLength: contextLength || undefined, note }),
    // A year and more away is how Ollama says never; the year 1 that it does not know yet.
    ...(expires > 0 && expires < now + FOREVER && { expires }),
  };
}
