import { type Evidence, fieldsOf } from "../explain/evidence.ts";
import { STORE } from "../explain/holder.ts";
import { holderWords, type LeakRule } from "./rule.ts";

export const asyncContext: LeakRule = {
  id: "async-context",
  applies: (evidence) =>
    evidence.list === "async context" || evidence.className === "AsyncResource" || keepsStore(evidence),
  explain: (evidence) =>
    `Each ${evidence.className} in ${holderWords(evidence)} keeps the store of the AsyncLocalStorage that it was made under: ${evidence.growth.added} more than at the beginning.`,
  advice:
    "End what was begun under the store (emitDestroy, close, clear), or keep in the store only an id and the rest in a Map from which it is deleted when the turn ends.",
};

/** Most of what it retains is what it was made under. */
function keepsStore(evidence: Evidence): boolean {
  const { retainedSizes } = evidence.opened.heap;
  const node = evidence.growth.example;
  if (evidence.type !== "object") return false;
  return fieldsOf(evidence, node).some(
    ({ name, node: store }) => STORE.test(name) && retainedSizes[store]! > 0.5 * retainedSizes[node]!,
  );
}
