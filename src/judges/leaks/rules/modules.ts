import { isHeldBy } from "../explain/evidence.ts";
import type { LeakRule } from "./rule.ts";

export const modules: LeakRule = {
  id: "duplicate-modules",
  applies: (evidence) =>
    ["Module", "ModuleJob", "ModuleWrap", "SourceTextModule"].includes(evidence.className) ||
    isHeldBy(evidence, /^(loadCache|_cache|moduleMap)$/),
  explain: ({ className }) =>
    `The same module is loaded again and again: each time a ${className} stays in the cache of modules.`,
  advice:
    "Import it once, at the top. Whoever wants it fresh (a query in its URL, a path that changes, a deleted entry of require.cache) keeps every copy for the life of the process.",
  line: /\b(?:import|require)\s*\(/,
};
