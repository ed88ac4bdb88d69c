import { growthWords, holderWords } from "../evidence.ts";
import type { PythonRule } from "./rule.ts";

/** What all others are, too: something is put in and never taken out. */
export const collections: PythonRule = {
  id: "growing-collection",
  applies: () => true,
  explain: (evidence) =>
    evidence.holder.container === ""
      ? `Objects hold one another and are never let go, from ${holderWords(evidence)} on: ${growthWords(evidence)}.`
      : `${holderWords(evidence)} grows and is never emptied: ${growthWords(evidence)}.`,
  advice:
    "Delete an entry when what it stands for has ended, give it a bound (collections.deque(maxlen=…), an LRU with a size), or let it go by itself: weakref.WeakValueDictionary.",
};
