import { formatAge, formatBytes, threeDigits, trimZeros } from "../../../model/format.ts";
import type { LeakWatch, WatchedResource } from "../../../model/leaks.ts";
import { heldResource } from "./heldResources.ts";

const amount = ({ unit }: WatchedResource, value: number) =>
  unit === "By" ? formatBytes(value) : trimZeros(threeDigits(value));

/** The verdict of all resources together, the worst of which stands first. @param left seconds until it is told */
export function summaryOf(
  resources: readonly WatchedResource[],
  left: number,
): Pick<LeakWatch, "verdict" | "confidence" | "severity" | "summary"> {
  const [worst] = resources;
  if (!worst) return { verdict: "inconclusive", confidence: 0, summary: "Nothing is known yet of what it holds." };
  if (worst.verdict === "leak")
    return {
      verdict: "leak",
      confidence: worst.confidence,
      ...(worst.severity && { severity: worst.severity }),
      summary:
        worst.slope.value > 0
          ? `${growthOf(worst)}${fullIn(worst)}.`
          : `${heldResource(worst.name).title} leaks: ${worst.reason}.`,
    };
  if (left > 0)
    return {
      verdict: "inconclusive",
      confidence: 0,
      summary: `Judged in about ${formatAge(Math.max(1, Math.round(left)))}.`,
    };
  const unsure = resources.find(({ verdict, confidence }) => verdict === "inconclusive" && confidence > 0);
  if (unsure) {
    const grows = unsure.slope.value > 0 ? growthOf(unsure) : heldResource(unsure.name).title;
    return { verdict: "inconclusive", confidence: unsure.confidence, summary: `${grows}: ${unsure.reason}.` };
  }
  // What is there since a moment ago says nothing yet.
  const judged = resources.filter(({ verdict }) => verdict !== "inconclusive");
  const confidence = Math.min(...judged.map((one) => one.confidence));
  const { length } = judged;
  return {
    verdict: "no-leak",
    confidence,
    summary: `Nothing grows by more than noise: ${length} ${length === 1 ? "resource is" : "resources are"} watched.`,
  };
}

function growthOf(resource: WatchedResource): string {
  const { title } = heldResource(resource.name);
  const perMinute = resource.slope.value * 60;
  const hourly = resource.unit === "1" && perMinute < 1;
  const rate = hourly ? `${amount(resource, perMinute * 60)} an hour` : `${amount(resource, perMinute)} a minute`;
  const perTurn = resource.slopePerTurn;
  const turn = perTurn && perTurn.value > 0 ? ` (${amount(resource, perTurn.value)} a turn)` : "";
  return `${title} grows ${resource.unit === "By" ? "" : "by "}${rate}${turn}`;
}

function fullIn({ limit, exhaustedIn }: WatchedResource): string {
  if (!limit || !exhaustedIn) return "";
  return ` and reaches the ${limit.what} in ${formatAge(exhaustedIn.value)}`;
}
