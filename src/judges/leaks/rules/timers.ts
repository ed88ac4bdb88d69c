import { isHeldBy, passes } from "../explain/evidence.ts";
import type { LeakRule } from "./rule.ts";

export const timers: LeakRule = {
  id: "timers",
  applies: (evidence) =>
    ["Timeout", "Immediate"].includes(evidence.className) ||
    passes(evidence, /^(TimersList|Timeout|Immediate)$/) ||
    isHeldBy(evidence, /^_onTimeout$/),
  explain: ({ growth }) =>
    `Timers are set and never cleared: ${growth.added} more wait than at the beginning, each with all that its callback sees.`,
  advice:
    "Keep what setInterval or setTimeout returns, and clear it when the turn or the session ends; a timeout that guards a call is cleared when the call has answered.",
  line: /\bset(?:Interval|Timeout|Immediate)\s*\(/,
};
