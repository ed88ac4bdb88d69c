import type { ModelServerKind } from "../../model/modelServers.ts";
import { type Ask, NoAnswer, refusal } from "./ask.ts";
import type { Fields } from "./json.ts";
import { isLoading } from "./llamaCpp.ts";
import { askVersion0List } from "./lmStudio.ts";
import { askRunning } from "./ollama.ts";
import { modelList } from "./openAiCompatible.ts";

/** Who lists a model as its owner. Others leave the name of a user or of nobody there. */
const owners = new Map<unknown, ModelServerKind>([
  ["llamacpp", "llama.cpp"],
  ["vllm", "vllm"],
  ["library", "ollama"],
  ["organization_owner", "lm-studio"],
  // Answers as Ollama too, with figures that it makes up.
  ["koboldcpp", "openai-compatible"],
]);

/**
 * What kind of model server this is. It gets one GET, `/v1/models`, which all of them have and which does nothing;
 * only what answers that as a model server does is asked more. Rejects with `NoAnswer` when it is none.
 */
export async function identify(ask: Ask, likely?: ModelServerKind): Promise<ModelServerKind> {
  const answer = await ask("/v1/models");
  if (isLoading(answer)) return "llama.cpp";
  const entries = modelList(answer.body);
  if (answer.status !== 200) throw refusal("/v1/models", answer.status);
  if (!entries) throw new NoAnswer("strange", "It is no model server: its answer to /v1/models is no list of models");
  return ownerKind(entries) ?? (await askFurther(ask, likely));
}

function ownerKind(entries: Fields[]): ModelServerKind | undefined {
  return entries.map((entry) => owners.get(entry.owned_by)).find((kind) => kind !== undefined);
}

const questions: { kind: ModelServerKind; ask: (ask: Ask) => Promise<unknown> }[] = [
  { kind: "ollama", ask: askRunning },
  { kind: "lm-studio", ask: askVersion0List },
];

/** Those two may list models of any owner, or none at all. The likely one goes first. */
async function askFurther(ask: Ask, likely: ModelServerKind | undefined): Promise<ModelServerKind> {
  const inOrder = questions.toSorted((a, b) => Number(b.kind === likely) - Number(a.kind === likely));
  for (const question of inOrder) {
    try {
      await question.ask(ask);
      return question.kind;
    } catch (error) {
      if (!(error instanceof NoAnswer) || error.reason !== "strange") throw error;
    }
  }
  return "openai-compatible";
}
