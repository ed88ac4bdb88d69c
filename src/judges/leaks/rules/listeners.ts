import { EVENTS, isHeldBy, passes } from "../explain/evidence.ts";
import { holderWords, type LeakRule } from "./rule.ts";

export const listeners: LeakRule = {
  id: "listeners",
  applies: (evidence) =>
    isHeldBy(evidence, EVENTS) || evidence.className === "Listener" || passes(evidence, /^Listener$/),
  explain: (evidence) =>
    `Listeners are added to ${holderWords(evidence)} and never removed: ${evidence.growth.added} more than at the beginning, each with all that its function sees.`,
  advice:
    "Remove each listener when its turn ends: off() with the same function, { once: true }, or { signal } with a controller of the turn. Listeners on a shared AbortSignal stay as long as the signal does.",
};
