import type { SuiteChange, SuiteObjectiveResult } from "../../../model/suites.ts";

type Verdict = SuiteChange | SuiteObjectiveResult["verdict"] | "warning";

/** Severity is a sign and a word, never colour alone. */
const paths: Record<Verdict, [className: string, path: string]> = {
  slower: ["slower", "M8 14V2M3 7l5-5 5 5"],
  faster: ["faster", "M8 2v12M3 9l5 5 5-5"],
  same: ["same", "M4 8h8"],
  "not enough data": ["unsure", "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M6 6.2a2 2 0 1 1 2.6 2q-.6.3-.6 1M8 11v1"],
  "not proven": ["unsure", "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M6 6.2a2 2 0 1 1 2.6 2q-.6.3-.6 1M8 11v1"],
  met: ["met", "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M5 8.2l2.2 2.2L11 6"],
  missed: ["missed", "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M5.5 5.5l5 5M10.5 5.5l-5 5"],
  warning: ["unsure", "M8 2L14.5 14h-13zM8 6.5v3.5M8 11.5v1"],
};

export function icon(verdict: Verdict): string {
  const [className, path] = paths[verdict];
  return `<svg class="icon ${className}" viewBox="0 0 16 16" aria-hidden="true"><path d="${path}"/></svg>`;
}

export const classOf = (verdict: Verdict): string => paths[verdict][0];
