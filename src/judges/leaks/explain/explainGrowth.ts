import { findGrowth, sumSites } from "../../../heap/difference/growth.ts";
import { analyse } from "../../../heap/heapSnapshot.ts";
import { OpenedSnapshot } from "../../../heap/opened.ts";
import type { AllocationProfile, LeakSuspect } from "../../../model/leaks.ts";
import { leakRules } from "../rules/rules.ts";
import { allocatingFunctions, stacksOf } from "./allocatingFunctions.ts";
import { holdingFunctions } from "./allocations.ts";
import { evidenceOf } from "./evidence.ts";
import { locate } from "./locate.ts";
import { findLine } from "./sourceLine.ts";
import { Sources } from "./sources.ts";

export interface ExplainOptions {
  /** Three `.heapsnapshot` of one process that kept its ids, in their order, with as many turns between each two. */
  snapshots: readonly [string, string, string];
  /** Of what was allocated between the first and the last, and is held. */
  profile: AllocationProfile | undefined;
  /** Turns from the first to the last; 0 where nobody counted. */
  turns: number;
  /** When the program was started, Unix seconds: sources that were changed since are not looked at. */
  startTime: number;
}

/** Growth below it between first and last is no leak of anybody's: V8 itself grows by more. Bytes. */
const LEAST = 4096;
/** Beside the largest, what is told. */
const SHARE = 0.02;
const MOST = 12;

/**
 * What grew over three snapshots, who holds it, and which line made it; the most bytes first. Blocks for as long as
 * reading three snapshots takes: for a worker. Of the first two only sums are kept.
 */
export function explainGrowth({ snapshots, profile, turns, startTime }: ExplainOptions): LeakSuspect[] {
  const [first, second, last] = snapshots;
  const before = sumSites(open(first));
  const { between, stacks } = readMiddle(second);
  const after = open(last);
  const growths = findGrowth(before, between, after, LEAST);
  const most = growths[0]?.growthBytes ?? 0;
  const functions = profile ? holdingFunctions(profile) : [];
  const sources = new Sources(startTime);
  return growths
    .filter(({ growthBytes }) => growthBytes >= SHARE * most)
    .slice(0, MOST)
    .map((growth) => {
      const evidence = evidenceOf(after, growth);
      return { growth, evidence, rule: leakRules.find((one) => one.applies(evidence)) ?? leakRules.at(-1)! };
    })
    .filter(({ rule }, at, all) => !rule.toldOnce || all.findIndex((one) => one.rule === rule) === at)
    .map(({ growth, evidence, rule }): LeakSuspect => {
      const makers = [...allocatingFunctions(evidence, stacks), ...functions];
      return {
        kind: rule.id,
        class: evidence.className,
        count: growth.count,
        growthBytes: growth.growthBytes,
        growthPerTurn: turns > 0 ? growth.growthBytes / turns : null,
        variable: evidence.variable ?? null,
        retainerPath: evidence.words,
        ...locate(sources, (asked) => findLine(evidence, makers, asked, rule.line)),
        rule: rule.id,
        explanation: rule.explain(evidence),
        advice: rule.advice,
        example: after.heap.tables.nodeIds[growth.example] ?? null,
      };
    });
}

/** In a function of its own, so that the snapshot itself can go. */
function readMiddle(path: string) {
  const opened = open(path);
  return { between: sumSites(opened), stacks: stacksOf(opened) };
}

const open = (path: string) => new OpenedSnapshot(analyse(path), path);
