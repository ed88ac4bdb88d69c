import { duplicates } from "../explain/evidence.ts";
import { holderWords, type LeakRule } from "./rule.ts";

export const duplicateStrings: LeakRule = {
  id: "duplicate-strings",
  applies: (evidence) => /string/.test(evidence.type) && duplicates(evidence) > 0.5,
  explain: (evidence) =>
    `The same texts are kept again and again in ${holderWords(evidence)}: ${evidence.growth.added} more than at the beginning, most of them copies.`,
  advice:
    "Keep one of each: a Map from text to text, or an index into a list of the distinct ones; and bound how many are kept.",
};
