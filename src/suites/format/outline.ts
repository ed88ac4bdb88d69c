import type { JSONPath, Node } from "jsonc-parser";
import type { JsonDocument } from "../../jsonc/document.ts";
import type { OutlinedObjective, OutlinedScenario } from "../../model/suiteOutline.ts";

interface Outline {
  scenarios: OutlinedScenario[];
  objectives: OutlinedObjective[];
}

/** What a suite holds, as far as its text can be read. @param hasPlaces false of one in code */
export function outlineOf(document: JsonDocument, hasPlaces: boolean): Outline {
  const placed = (node: Node | undefined) => (node && hasPlaces ? { place: document.placeOf(node) } : {});
  const objectives = (at: JSONPath): OutlinedObjective[] =>
    (document.node(at)?.children ?? []).flatMap((_, i) => {
      const node = document.node([...at, i, "objective"]) ?? document.node([...at, i]);
      return typeof node?.value === "string" ? [{ objective: node.value, ...placed(node) }] : [];
    });
  const scenarios = document.node(["scenarios"]);
  const names = scenarios?.type === "object" ? (scenarios.children ?? []).map(({ children }) => children?.[0]) : [];
  return {
    scenarios: names.flatMap((node) => {
      if (typeof node?.value !== "string") return [];
      const own = objectives(["scenarios", node.value, "objectives"]);
      return [{ name: node.value, ...placed(node), objectives: own }];
    }),
    objectives: objectives(["objectives"]),
  };
}
