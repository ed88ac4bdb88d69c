import { formatCount, formatDuration, formatPercent, threeDigits } from "../../model/format.ts";
import type { SuiteLevel, SuiteRepeat } from "../../model/suites.ts";
import { countOf, quantileOf } from "../histograms.ts";
import { addTallies } from "../load/addTallies.ts";
import { expectedUntil, type Shape } from "../load/shape.ts";
import type { Tallied } from "../load/tally.ts";
import type { Generated } from "../load/threads.ts";
import { brokenObjective } from "../objectives/judge.ts";
import type { Scenario } from "../suite.ts";
import type { Plan } from "./plan.ts";

/** What a generator may be late by at p99: this (s), or this share of the median. */
const LATE = 0.01;
const LATE_SHARE = 0.1;
/** How far the real rate may be off from the intended one before it is another load. */
const RATE_OFF = 0.01;
/** A thread that works for so much of its time can do no more. */
const BUSY = 0.9;
/** A target that gave no good answer for so long (s), or this share of the run, was gone; of a short run for half of it. */
const GONE = 2;
const GONE_SHARE = 0.1;
const GONE_OF_SHORT = 0.5;
/** And one that was lost again and again for so long (s) behind its last good answer, and for longer than those take. */
const LOST = 0.2;

/** A stretch that was run. */
export interface Ran {
  generated: Generated;
  /** It was ended before its end. */
  cutOff: boolean;
}

/**
 * What was measured of one stretch.
 * @param order of all repeats
 * @returns `slow`: it says nothing because the generator was too slow, which more threads may mend; `gone`: because the
 * target went away
 */
export function repeatOf(
  { generated, cutOff }: Ran,
  plan: Plan,
  scenario: Scenario,
  order: number,
): { repeat: SuiteRepeat; slow: boolean; gone: boolean } {
  const { windows, started } = generated;
  const warmUp = plan.stretch.cuts[0] ?? 0;
  const measured = addTallies(windows.slice(1));
  const repeat = figuresOf(measured, plan, [warmUp, endOf(plan, generated.elapsed, cutOff)]);
  const isOpen = plan.stretch.arrivals.kind === "open";
  const gone = whyGone(generated, measured, repeat, scenario);
  const invalid = gone ?? whyNothing(measured, repeat);
  const slow = invalid === undefined ? whySlow(generated, measured, repeat, scenario, isOpen) : undefined;
  const reason = invalid ?? slow;
  return {
    repeat: { order, started: started + warmUp, ...repeat, ...(reason !== undefined && { invalid: reason }) },
    slow: slow !== undefined,
    gone: gone !== undefined,
  };
}

/** What was measured until now. @param elapsed seconds since the load's start */
export function repeatSoFar(windows: readonly Tallied[], elapsed: number, plan: Plan): SuiteRepeat {
  const within: Span = [plan.stretch.cuts[0] ?? 0, endOf(plan, elapsed, true)];
  return { order: 0, started: 0, ...figuresOf(addTallies(windows), plan, within) };
}

/** Each window with its level. */
export function levelsOf({ generated, cutOff }: Ran, plan: Plan, scenario: Scenario): SuiteLevel[] {
  const { levels = [], stretch } = plan;
  const end = endOf(plan, generated.elapsed, cutOff);
  return generated.windows.slice(1).map((tallied, i) => {
    const within: Span = [stretch.cuts[i] ?? 0, Math.min(stretch.cuts[i + 1] ?? end, end)];
    return levelOf(levels[i] ?? 0, { order: 0, started: 0, ...figuresOf(tallied, plan, within) }, scenario);
  });
}

/** A level that one request at least was answered well at, and no objective was missed. */
export function levelOf(level: number, repeat: SuiteRepeat, scenario: Scenario): SuiteLevel {
  const { requests, errors, rate, goodput, histograms, invalid } = repeat;
  const durations = histograms.duration ?? [];
  const answered = countOf(durations) > 0;
  return {
    level,
    requests,
    errors: Object.values(errors).reduce((sum, n) => sum + n, 0),
    rate,
    goodput,
    p50: answered ? quantileOf(durations, 0.5) : 0,
    p95: answered ? quantileOf(durations, 0.95) : 0,
    met: invalid === undefined && answered && !missesAny(scenario, repeat),
  };
}

type Span = readonly [from: number, to: number];

/** Seconds from the start until which rates are of: as it was planned, whenever the last answer came. */
function endOf({ end }: Plan, elapsed: number, cutOff: boolean): number {
  return cutOff || end === Infinity ? Math.min(end, elapsed) : end;
}

type Figures = Omit<SuiteRepeat, "order" | "started">;

/** Of objectives that one stretch can be held to. */
function missesAny({ objectives }: Scenario, repeat: SuiteRepeat): boolean {
  const held = objectives.filter(({ objective }) => !["best", "recovery"].includes(objective.subject.kind));
  return (
    brokenObjective(
      held.map(({ objective }) => ({ objective, delay: 0 })),
      repeat,
    ) !== undefined
  );
}

function figuresOf(tallied: Tallied, { stretch: { arrivals } }: Plan, [from, to]: Span): Figures {
  const { requests, errors, cancelled, reached, good, inputTokens, outputTokens, histograms, lateness, latest } =
    tallied;
  const duration = Math.max(0, to - from);
  const aSecond = (n: number) => (duration > 0 ? n / duration : 0);
  const asked = (shape: Shape) => expectedUntil(shape, to) - expectedUntil(shape, from);
  return {
    duration,
    requests,
    errors,
    cancelled,
    intendedRate: arrivals.kind === "open" ? aSecond(asked(arrivals.shape)) : null,
    rate: aSecond(reached),
    goodput: aSecond(good),
    inputTokens,
    outputTokens,
    histograms,
    lateness: { p99: lateness.length > 0 ? quantileOf(lateness, 0.99) : 0, max: latest },
  };
}

/** Whether the target was there no more in the end, for people. */
function whyGone(
  { elapsed, lastOk, lastLost }: Generated,
  { messages }: Tallied,
  { errors, histograms: { duration } }: Figures,
  { timeout }: Scenario,
): string | undefined {
  const lost = (errors.refused ?? 0) + (errors.reset ?? 0) + (errors.failed ?? 0);
  if (lost === 0) return undefined;
  const gone = Math.min(Math.max(GONE, elapsed * GONE_SHARE), elapsed * GONE_OF_SHORT);
  const usual = duration ? quantileOf(duration, 0.99) : 0;
  const isSilent = elapsed - lastOk > gone + (errors.timeout ? timeout : 0);
  if (lastOk === 0 || !(isSilent || lastLost - lastOk > Math.max(LOST, usual))) return undefined;
  return `The target went away after ${formatDuration(lastOk)}: ${mostOf(messages)}.`;
}

/** Why the target's answers say nothing, for people. */
function whyNothing({ messages, requests }: Tallied, { errors }: Figures): string | undefined {
  const failed = Object.values(errors).reduce((sum, n) => sum + n, 0);
  if (requests === 0) return "No request ended in the measured stretch: measure for longer.";
  return failed === requests ? `No request was answered well: ${mostOf(messages)}.` : undefined;
}

const mostOf = (messages: Tallied["messages"]) =>
  Object.entries(messages).sort(([, a], [, b]) => b - a)[0]?.[0] ?? "no answer";

/** Why the load was not the one that was asked for, for people. */
function whySlow(
  { busy }: Generated,
  { unsent, intended, reached }: Tallied,
  { histograms, lateness, rate, intendedRate }: Figures,
  { maxLateness }: Scenario,
  isOpen: boolean,
): string | undefined {
  const median = histograms.duration ? quantileOf(histograms.duration, 0.5) : 0;
  const bound = maxLateness ?? Math.max(LATE, median * LATE_SHARE);
  if (lateness.p99 > bound)
    return `The generator fell behind: it was ${formatDuration(lateness.p99)} late itself (p99), and ${formatDuration(bound)} are allowed. Give it more workers, a lower rate or a quieter machine.`;
  if (!isOpen) return undefined;
  if (unsent > intended * RATE_OFF && busy > BUSY)
    return `The generator was too slow: ${formatCount(unsent)} of ${formatCount(intended)} requests were never begun while it worked for ${formatPercent(busy)} of the time. Give it more workers or a lower rate.`;
  if (Math.abs(reached - (intended - unsent)) > Math.max(2, intended * RATE_OFF))
    return `The generator fell behind: ${threeDigits(rate)} requests a second were begun, and ${threeDigits(intendedRate ?? 0)} intended.`;
  return undefined;
}
