import type { Evidence } from "../explain/evidence.ts";
import type { LeakRule } from "./rule.ts";

export const modules: LeakRule = {
  id: "duplicate-modules",
  applies: (evidence) =>
    ["Module", "ModuleJob", "ModuleWrap", "SourceTextModule"].includes(evidence.className) || isCached(evidence),
  explain: ({ growth }) =>
    `Modules are loaded again and again, and each copy stays in the cache of modules: ${growth.added} more than at the beginning.`,
  advice:
    "Import it once, at the top. Whoever wants it fresh (a query in its URL, a path that changes, a deleted entry of require.cache) keeps every copy for the life of the process.",
  toldOnce: true,
  line: /\b(?:import|require)\s*\(/,
};

/** In a cache of modules, as its entry or in that: whatever a module's variables hold is further in. */
function isCached({ steps }: Evidence): boolean {
  return steps.slice(0, 3).some(({ edge }) => /^(loadCache|_cache|moduleMap|#resolveCache)$/.test(edge.name));
}
