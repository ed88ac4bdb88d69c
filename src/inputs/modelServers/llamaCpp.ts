import { type Answer, type Ask, refusal } from "./ask.ts";
import { askFields, type Fields, fieldsOf, nameOf, parseFields } from "./json.ts";
import { llamaCppFigures } from "./llamaCppFigures.ts";
import { askLlamaCppModels, loadedWith } from "./llamaCppModels.ts";
import { ifTold, type ReaderMaker, seldom, told } from "./reading.ts";

const askProps = (ask: Ask): Promise<Fields> => askFields(ask, "/props");

/**
 * llama.cpp's server: `/health` at each look, `/metrics` or else `/slots` when somebody uses it, `/props` and
 * `/v1/models` once a minute. It does not tell how many layers are on the GPU, so nothing is said about that.
 *
 * With `--sleep-idle-seconds` it unloads its model when nobody asks. `/metrics` and `/slots` count as asking and wake
 * it up; the other three do not. So one that can sleep is asked for figures only when something is connected to it,
 * as far as that can be seen, and never while it sleeps.
 */
export const readLlamaCpp: ReaderMaker = (now) => {
  const props = seldom(60, now, askProps);
  const list = seldom(60, now, askLlamaCppModels);
  const figures = llamaCppFigures(now);
  return async (ask, { connected }) => {
    const health = await ask("/health");
    if (isLoading(health)) {
      return { status: "loading", models: [], available: [], message: "Loading its model" };
    }
    // Older ones say 503 "no slot available" when all are busy.
    const busy = health.status === 503 && parseFields(health.body)?.status === "no slot available";
    if (health.status !== 200 && !busy) throw refusal("/health", health.status);
    const models = await list(ask);
    const kept = await props(ask);
    const maySleep = typeof kept?.is_sleeping === "boolean";
    const quiet = maySleep && connected === false;
    const about = maySleep && !quiet ? ((await ifTold(askProps(ask))) ?? kept) : kept;
    const loaded = loadedWith(models?.loaded ?? [], about);
    const version = nameOf(about?.build_info);
    if (about?.is_sleeping === true) {
      const message = "Asleep: its model is unloaded until somebody asks for it";
      return { status: "up", models: [], available: loaded.map(({ name }) => name), message, ...told({ version }) };
    }
    return {
      status: "up",
      models: loaded,
      available: models?.available ?? [],
      ...told({ version }),
      ...(quiet ? await figures.ofQuiet(ask) : await figures.ofBusy(ask)),
    };
  };
};

/** Whether this is how llama.cpp answers while it reads its model. */
export function isLoading({ status, body }: Answer): boolean {
  if (status !== 503) return false;
  const fields = parseFields(body);
  return fieldsOf(fields?.error)?.message === "Loading model" || fields?.status === "loading model";
}
