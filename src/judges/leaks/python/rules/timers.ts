import { growthWords, holderWords } from "../evidence.ts";
import type { PythonRule } from "./rule.ts";

export const timers: PythonRule = {
  id: "timers",
  applies: ({ holder }) => /^(TimerHandle|Timer)$/.test(holder.class),
  explain: (evidence) =>
    `Timers are set and never cancelled, and wait in ${holderWords(evidence)}: ${growthWords(evidence)}, each with all that its callback sees.`,
  advice:
    "Keep what loop.call_later or threading.Timer returns, and cancel() it when the turn ends or the call has answered.",
};
