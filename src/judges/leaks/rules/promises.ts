import { type Evidence, fieldsOf } from "../explain/evidence.ts";
import { holderWords, type LeakRule } from "./rule.ts";

export const promises: LeakRule = {
  id: "promises",
  applies: (evidence) => evidence.className === "Promise" || isResolver(evidence),
  explain: (evidence) =>
    `Promises that never settle are waited for: ${evidence.growth.added} more are in ${holderWords(evidence)} than at the beginning.`,
  advice:
    "Settle each one on every path, also on error, timeout and cancellation, and take it out of the list when it has: pending.delete(id) in finally.",
};

/** The functions that `new Promise` hands out see the promise itself, and nothing else. */
function isResolver(evidence: Evidence): boolean {
  const { heap } = evidence.opened;
  const { nodeTypes, layout } = heap.tables;
  if (evidence.type !== "closure") return holdsResolver(evidence);
  const context = fieldsOf(evidence, evidence.growth.example).find(({ name }) => name === "context")?.node;
  if (context === undefined || evidence.place?.file !== undefined) return false;
  return fieldsOf(evidence, context).some(
    ({ node }) => layout.nodeTypes[nodeTypes[node]!] === "object" && classNameOf(evidence, node) === "Promise",
  );
}

/** `{ resolve, reject }` of a list of those who wait. */
function holdsResolver(evidence: Evidence): boolean {
  if (evidence.type !== "object") return false;
  const names = new Set(fieldsOf(evidence, evidence.growth.example).map(({ name }) => name));
  return names.has("resolve") && (names.has("reject") || names.has("promise"));
}

function classNameOf({ opened: { heap } }: Evidence, node: number): string {
  return heap.tables.strings.get(heap.tables.nodeNames[node]!);
}
