import { isHeldBy } from "../explain/evidence.ts";
import type { LeakRule } from "./rule.ts";

export const modules: LeakRule = {
  id: "duplicate-modules",
  applies: (evidence) =>
    ["Module", "ModuleJob", "ModuleWrap", "SourceTextModule"].includes(evidence.className) ||
    isHeldBy(evidence, /^(loadCache|_cache|moduleMap|#resolveCache)$/),
  explain: ({ growth }) =>
    `Modules are loaded again and again, and each copy stays in the cache of modules: ${growth.added} more than at the beginning.`,
  advice:
    "Import it once, at the top. Whoever wants it fresh (a query in its URL, a path that changes, a deleted entry of require.cache) keeps every copy for the life of the process.",
  toldOnce: true,
  line: /\b(?:import|require)\s*\(/,
};
