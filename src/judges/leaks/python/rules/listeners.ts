import { growthWords, holderWords } from "../evidence.ts";
import { isFunction } from "./closures.ts";
import type { PythonRule } from "./rule.ts";

const CALLED = /(callbacks?|listeners?|handlers?|hooks?|observers?|subscribers?|subscriptions?|watchers?)$/i;

export const listeners: PythonRule = {
  id: "listeners",
  applies: (evidence) =>
    isFunction(evidence) &&
    (CALLED.test(evidence.variable ?? "") || evidence.holder.way.some(({ name }) => CALLED.test(name))),
  explain: (evidence) =>
    `Callbacks are added to ${holderWords(evidence)} and never removed: ${growthWords(evidence)}, each with all that it sees.`,
  advice:
    "Remove each callback when its turn ends, in finally; or let the emitter hold it weakly: weakref.WeakMethod, weakref.WeakSet.",
};
