import { holderWords, type LeakRule } from "./rule.ts";

export const logs: LeakRule = {
  id: "unbounded-log",
  applies: ({ className, variable = "" }) =>
    /Error$/.test(className) ||
    /(^|[a-z_#])(log|logs|errors?|failures|history|transcript|audit|events|traces?|messages)$/i.test(variable),
  explain: (evidence) =>
    `${holderWords(evidence)} keeps everything that was ever written to it: ${evidence.growth.added} entries more than at the beginning.`,
  advice:
    "Keep the last few hundred and write the rest to a file. An Error keeps its stack, and through its cause and fields often the whole request.",
};
