import type { PythonEvidence } from "../evidence.ts";

/** One kind of leak in a Python agent: how it is known, and what helps. Its id is its heading in `docs/LEAKS.md`. */
export interface PythonRule {
  id: string;
  applies(evidence: PythonEvidence): boolean;
  /** What happens, in one sentence. */
  explain(evidence: PythonEvidence): string;
  advice: string;
}
