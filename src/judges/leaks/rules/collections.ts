import { holderWords, type LeakRule } from "./rule.ts";

/** What all others are, too: something is put in and never taken out. */
export const collections: LeakRule = {
  id: "growing-collection",
  applies: () => true,
  explain: (evidence) => {
    const { className, container, growth } = evidence;
    return `${holderWords(evidence)}${evidence.variable && container !== "" ? ` (${container})` : ""} grows and is never emptied: ${growth.added} of ${className} more than at the beginning.`;
  },
  advice:
    "Delete an entry when what it stands for has ended, give it a bound, or let it go by itself: a WeakMap by the object, an LRU with a size.",
};
