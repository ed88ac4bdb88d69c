import { holderWords, type LeakRule } from "./rule.ts";

export const closures: LeakRule = {
  id: "closures",
  applies: ({ type, className }) => type === "closure" || className === "system / Context",
  explain: (evidence) =>
    `Functions are kept in ${holderWords(evidence)}: ${evidence.growth.added} more than at the beginning, each with everything that its scope holds.`,
  advice:
    "Take them out when they are done. A function keeps the whole scope of what it uses, also what only another function there uses: put what is large outside, or set it to undefined when it is no longer needed.",
};
