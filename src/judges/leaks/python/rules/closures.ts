import { growthWords, holderWords, type PythonEvidence } from "../evidence.ts";
import type { PythonRule } from "./rule.ts";

export const closures: PythonRule = {
  id: "closures",
  applies: (evidence) => isFunction(evidence),
  explain: (evidence) =>
    `Functions are kept in ${holderWords(evidence)}: ${growthWords(evidence)}, each with every variable of its scope that it uses.`,
  advice:
    "Take them out when they are done. A function keeps what it uses of its scope, a method its whole object, a partial its arguments: hand it an id rather than what is large.",
};

export const isFunction = ({ holder }: PythonEvidence) => /^(function|method|partial)$/.test(holder.class);
