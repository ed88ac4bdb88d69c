import { holderWords, type PythonEvidence } from "../evidence.ts";
import type { PythonRule } from "./rule.ts";

export const caches: PythonRule = {
  id: "unbounded-cache",
  applies: (evidence) =>
    isOfFunctools(evidence) ||
    /(cache|cached|memo|memoized|memoised|lookup|embeddings)$/i.test(evidence.variable ?? ""),
  explain: (evidence) =>
    `${isOfFunctools(evidence) ? `The cache of ${evidence.variable}()` : holderWords(evidence)} has no bound: ${evidence.holder.grown} entries more than at the beginning.`,
  advice:
    "Give it a size: lru_cache(maxsize=1000) in place of cache or lru_cache(maxsize=None). Of a method the cache keeps every object that it was called on: functools.cached_property, or a cache of the object's own. Look whether its keys repeat at all: one that holds a time or an id never hits.",
};

/** `functools.lru_cache` and `functools.cache`. */
const isOfFunctools = ({ holder }: PythonEvidence) =>
  holder.way[0]?.name === "cache" && holder.definition !== undefined;
