import { type Ask, NoAnswer, refusal } from "./ask.ts";
import { type Fields, listOf, nameOf, parseFields } from "./json.ts";
import { MOST_NAMES, type ReaderMaker } from "./reading.ts";

/** Any server with `/v1/models`. It lists what may be asked for; what of it is loaded is not told. */
export const readOpenAiCompatible: ReaderMaker = () => async (ask) => ({
  status: "up",
  models: [],
  available: (await askModelList(ask)).flatMap(({ id }) => nameOf(id) ?? []).slice(0, MOST_NAMES),
});

/** The entries of `/v1/models`. Rejects with `NoAnswer` when it is no list of models. */
export async function askModelList(ask: Ask): Promise<Fields[]> {
  const { status, body } = await ask("/v1/models");
  if (status !== 200) throw refusal("/v1/models", status);
  const entries = modelList(body);
  if (!entries) throw new NoAnswer("strange", "Its answer to /v1/models is no list of models");
  return entries;
}

/** The entries of a model list as OpenAI defines it; undefined when the text is none. Ollama says null for none. */
export function modelList(body: string): Fields[] | undefined {
  const answer = parseFields(body);
  if (!answer) return undefined;
  if (answer.object === "list" && answer.data === null) return [];
  if (!Array.isArray(answer.data)) return undefined;
  const entries = listOf(answer.data);
  const named = entries.length === answer.data.length && entries.every(({ id }) => nameOf(id) !== undefined);
  const said = answer.object === "list" || (entries.length > 0 && entries.every(isModel));
  return named && said ? entries : undefined;
}

const isModel = (entry: Fields) => entry.object === "model";
