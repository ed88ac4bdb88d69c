import { holderWords, type LeakRule } from "./rule.ts";

export const caches: LeakRule = {
  id: "unbounded-cache",
  applies: ({ variable = "" }) => /(cache|cached|memo|memoized|memoised|lookup|embeddings)$/i.test(variable),
  explain: (evidence) =>
    `${holderWords(evidence)} has no bound: ${evidence.growth.added} entries more than at the beginning.`,
  advice:
    "Give it a size or an age (lru-cache), or key it by the object itself in a WeakMap. Look whether its keys repeat at all: one that holds a time or an id never hits.",
};
