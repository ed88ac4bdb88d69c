import type { Objective } from "../objectives/objective.ts";
import type { ScenarioObjective } from "../suite.ts";
import { span } from "./load.ts";

/** `options.thresholds` of k6: expressions by metric. */
export type K6Thresholds = Record<
  string,
  (string | { threshold: string; abortOnFail: true; delayAbortEval: string })[]
>;

/**
 * Objectives in k6's words. Each metric of a scenario has one that is always met, so that k6 tells its figures apart.
 * @param seconds of the scenario, where they are known: k6's own rates are of the whole test, so that counts are judged
 */
export function k6Thresholds(
  objectives: readonly ScenarioObjective[],
  scenario: string,
  seconds: number | undefined,
): { thresholds: K6Thresholds; notes: string[] } {
  const of = (metric: string) => `${metric}{scenario:${scenario}}`;
  const thresholds: K6Thresholds = {
    [of("http_req_duration")]: ["max>=0"],
    [of("http_req_failed")]: ["rate>=0"],
    [of("http_reqs")]: ["count>=0"],
  };
  const notes: string[] = [];
  for (const { objective, abortOnFail, delay } of objectives) {
    const found = expressionOf(objective, seconds);
    if (!found) {
      notes.push(`k6 can't judge ${JSON.stringify(objective.text)}`);
      continue;
    }
    const { metric, expression } = found;
    // What counts up to its limit is below it until the end.
    const inTheEnd = metric === "http_reqs";
    if (abortOnFail && inTheEnd) notes.push(`k6 judges ${JSON.stringify(objective.text)} in the end alone`);
    thresholds[of(metric)]?.push(
      abortOnFail && !inTheEnd ? { threshold: expression, abortOnFail, delayAbortEval: span(delay) } : expression,
    );
  }
  return { thresholds, notes };
}

function expressionOf(
  { subject, comparison, limit }: Objective,
  seconds: number | undefined,
): { metric: string; expression: string } | undefined {
  if (subject.kind === "latency" && (subject.measure === "duration" || subject.measure === "service")) {
    const { statistic } = subject;
    const name = statistic === "mean" ? "avg" : statistic === 1 ? "max" : `p(${plain(statistic * 100)})`;
    return { metric: "http_req_duration", expression: `${name}${comparison}${plain(limit * 1000)}` };
  }
  if (subject.kind === "errors") return { metric: "http_req_failed", expression: `rate${comparison}${plain(limit)}` };
  if (subject.kind === "success") {
    const turned = { ">": "<", ">=": "<=", "<": ">", "<=": ">=" }[comparison];
    return { metric: "http_req_failed", expression: `rate${turned}${plain(1 - limit)}` };
  }
  if (subject.kind === "rate" && seconds !== undefined)
    return { metric: "http_reqs", expression: `count${comparison}${plain(limit * seconds)}` };
  return undefined;
}

/** Without the dust of binary fractions. */
const plain = (value: number) => String(Number(value.toPrecision(12)));
