import type { Evidence } from "../explain/evidence.ts";

/** One kind of leak: how it is known, and what helps. Each has its section in docs/LEAKS.md. */
export interface LeakRule {
  /** Also the heading of its section. */
  id: string;
  applies(evidence: Evidence): boolean;
  /** What happens, in one sentence. */
  explain(evidence: Evidence): string;
  advice: string;
  /** One finding tells all: the rest of it is other sides of the same thing. */
  toldOnce?: boolean;
  /** How the line looks that makes one more, where no variable of the developer's names it. */
  line?: RegExp;
}

/** `sessions`, or what it is held in where nobody named it. */
export function holderWords({ variable, container }: Evidence): string {
  return variable ?? (container === "" ? "something without a name" : `a ${container} without a name`);
}
