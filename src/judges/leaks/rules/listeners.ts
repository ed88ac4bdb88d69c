import type { Evidence } from "../explain/evidence.ts";
import { EVENTS } from "../explain/holder.ts";
import { holderWords, type LeakRule } from "./rule.ts";

export const listeners: LeakRule = {
  id: "listeners",
  applies: ({ list, className }) => list === "listeners" || className === "Listener",
  explain: (evidence) =>
    `Listeners are added to ${emitterWords(evidence)} and never removed: ${evidence.growth.added} more than at the beginning, each with all that its function sees.`,
  advice:
    "Remove each listener when its turn ends: off() with the same function, { once: true }, or { signal } with a controller of the turn. Listeners on a shared AbortSignal stay as long as the signal does.",
};

/** What is listened to: by its class where nobody named it. */
function emitterWords(evidence: Evidence): string {
  const emitter = evidence.steps.find(({ edge }) => EVENTS.test(edge.name))?.holder.name;
  return evidence.variable ?? (emitter === undefined ? holderWords(evidence) : `an object of ${emitter}`);
}
