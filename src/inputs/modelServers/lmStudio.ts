import type { LoadedModel } from "../../model/modelServers.ts";
import { type Ask, NoAnswer } from "./ask.ts";
import { amountOf, askFields, type Fields, fieldsOf, listOf, nameOf } from "./json.ts";
import { askModelList } from "./openAiCompatible.ts";
import { ifTold, MOST_NAMES, type ReaderMaker, type Reading, told } from "./reading.ts";

/** Reads one form of the list of models. */
type Form = (ask: Ask) => Promise<Pick<Reading, "models" | "available">>;

/**
 * LM Studio: one list a look, the newest that it has: `/api/v1/models` (0.4), `/api/v0/models` (0.3.6), `/v1/models`.
 * Each tells more than the next. None tells where a model lies in memory, nor queue and rates.
 */
export const readLmStudio: ReaderMaker = () => {
  let form: Form | undefined;
  return async (ask) => {
    if (form) return { status: "up", ...(await form(ask)) };
    for (const candidate of [askVersion1, askVersion0]) {
      const list = await ifTold(candidate(ask));
      if (!list) continue;
      form = candidate;
      return { status: "up", ...list };
    }
    const list = await askNames(ask);
    form = askNames;
    return { status: "up", ...list };
  };
};

async function askVersion1(ask: Ask): ReturnType<Form> {
  const { models } = await askFields(ask, "/api/v1/models");
  const all = listOf(models);
  // LM Studio answers paths that it does not know with status 200.
  if (!Array.isArray(models) || !all.every((model) => Array.isArray(model.loaded_instances))) {
    throw new NoAnswer("strange", "Its answer to /api/v1/models is not the list of LM Studio");
  }
  return {
    models: all.flatMap(instances).slice(0, MOST_NAMES),
    available: all.flatMap(({ key }) => nameOf(key) ?? []).slice(0, MOST_NAMES),
  };
}

function instances(model: Fields): LoadedModel[] {
  return listOf(model.loaded_instances).flatMap((instance) =>
    loaded(instance.id ?? model.key, fieldsOf(instance.config)?.context_length),
  );
}

/** The entries of the older list. Rejects with `NoAnswer` where that is not LM Studio's. */
export async function askVersion0List(ask: Ask): Promise<Fields[]> {
  const { data } = await askFields(ask, "/api/v0/models");
  const all = listOf(data);
  if (!Array.isArray(data) || !all.every(({ state }) => typeof state === "string")) {
    throw new NoAnswer("strange", "Its answer to /api/v0/models is not the list of LM Studio");
  }
  return all;
}

async function askVersion0(ask: Ask): ReturnType<Form> {
  const all = await askVersion0List(ask);
  return {
    models: all
      .filter(({ state }) => state === "loaded")
      .flatMap((model) => loaded(model.id, model.loaded_context_length))
      .slice(0, MOST_NAMES),
    available: all.flatMap(({ id }) => nameOf(id) ?? []).slice(0, MOST_NAMES),
  };
}

/** Before 0.3.6: names alone. */
async function askNames(ask: Ask): ReturnType<Form> {
  const available = (await askModelList(ask)).flatMap(({ id }) => nameOf(id) ?? []);
  return { models: [], available: available.slice(0, MOST_NAMES) };
}

function loaded(id: unknown, length: unknown): LoadedModel[] {
  const name = nameOf(id);
  return name === undefined ? [] : [{ name, ...told({ contextLength: amountOf(length) || undefined }) }];
}
