import { holderWords } from "../evidence.ts";
import type { PythonRule } from "./rule.ts";

export const logs: PythonRule = {
  id: "unbounded-log",
  applies: ({ holder, variable = "" }) =>
    /(Error|Exception|Warning|LogRecord)$/.test(holder.class) ||
    /(^|[a-z_])(log|logs|errors?|failures|history|transcript|audit|events|traces?|messages)$/i.test(variable),
  explain: (evidence) =>
    `${holderWords(evidence)} keeps everything that was ever written to it: ${evidence.holder.grown} entries more than at the beginning.`,
  advice:
    "Keep the last few hundred, collections.deque(maxlen=500), and write the rest to a file. An exception keeps its traceback, and with it the variables of every function that it went through: keep its text.",
};
