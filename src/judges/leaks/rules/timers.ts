import type { LeakRule } from "./rule.ts";

export const timers: LeakRule = {
  id: "timers",
  applies: ({ list, className }) => list === "timers" || /^(TimersList|Timeout|Immediate)$/.test(className),
  explain: ({ growth }) =>
    `Timers are set and never cleared: ${growth.added} more wait than at the beginning, each with all that its callback sees.`,
  advice:
    "Keep what setInterval or setTimeout returns, and clear it when the turn or the session ends; a timeout that guards a call is cleared when the call has answered.",
  line: /\bset(?:Interval|Timeout|Immediate)\s*\(/,
};
