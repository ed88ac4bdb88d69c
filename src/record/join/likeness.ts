import type { ObservedResponse } from "../../model/observed.ts";
import type { Counted } from "./counted.ts";

/** Clocks of two doors in one process differ by about this, and for long calls by no more than that, seconds. */
const CLOCKS = 0.002;
const SLACK = 0.05;

/** As much of the time of both must be common to be the same by time alone. */
const ALIKE = 0.5;
/** Enough for a call of which nothing is known but that it lies within a response. */
const A_PART = 0.25;

/** Anything with an interval. */
interface Interval {
  start: number;
  duration: number;
}

export function overlap(a: Interval, b: Interval): number {
  return Math.max(0, Math.min(a.start + a.duration, b.start + b.duration) - Math.max(a.start, b.start));
}

/** Intersection over union, 0 to 1; 1 for two moments at the same time. */
function sameTime(a: Interval, b: Interval): number {
  const both = overlap(a, b);
  const either = a.duration + b.duration - both;
  return either > 0 ? both / either : Number(Math.abs(a.start - b.start) < SLACK);
}

/** Give or take what clocks differ by, which for a short call is little. */
export function contains(outer: Interval, inner: Interval): boolean {
  const slack = CLOCKS + Math.min(SLACK, inner.duration / 10);
  return inner.start >= outer.start - slack && inner.start + inner.duration <= outer.start + outer.duration + slack;
}

/** One names the other in a shorter form: `gpt-4o-mini` and `gpt-4o-mini-2024-07-18`, `openai/gpt-oss` and `gpt-oss`. */
function sameModel(a: string, b: string): boolean {
  const bare = (name: string) => name.toLowerCase().split("/").at(-1) ?? name;
  const [x, y] = [bare(a), bare(b)];
  return x === y || x.startsWith(y) || y.startsWith(x);
}

/**
 * How well an observation and a counted response of another door fit together as the same operation: 0 not at all,
 * up to 1 by time and kind, above 1 in the same trace, above 2 when one names the other's span.
 */
export function likeness(observed: ObservedResponse, other: Counted, linked: boolean): number {
  const { response } = other;
  if (observed.pid !== undefined && other.pid !== undefined && observed.pid !== other.pid) return 0;
  const unknownRole = observed.role === undefined || other.role === undefined;
  if (!unknownRole && observed.role !== other.role) return 0;
  if (observed.named && other.named && observed.queryType !== response.queryType) return 0;
  if (observed.model !== undefined && response.model !== undefined && !sameModel(observed.model, response.model))
    return 0;
  const traces = observed.traceId !== undefined && response.traceId !== undefined;
  if (traces && observed.traceId !== response.traceId) return 0;
  const alike = sameTime(observed, response);
  if (linked) return 2 + alike;
  // A query type of the agent's own may be anything that merely goes on meanwhile.
  if (unknownRole && alike < ALIKE) return 0;
  if (alike < ALIKE && !isPart(observed, other, alike)) return 0;
  // A guess may be wrong, but of two that fit the time it tells which.
  return (traces ? 1 : 0) + (observed.queryType === response.queryType ? 0.5 : 0) + alike / 2;
}

/**
 * A response may be more than its call: what was found and written for the prompt, or several tries. A call within it
 * is a part of it when it is of the same query type, or of an unknown one and most of it, or a try that failed. What is
 * known as something else merely goes on meanwhile.
 */
function isPart(observed: ObservedResponse, other: Counted, alike: number): boolean {
  const { response } = other;
  const [outer, inner] = observed.duration > response.duration ? [observed, response] : [response, observed];
  if (!contains(outer, inner)) return false;
  if (inner.queryType === outer.queryType) return true;
  return inner.queryType === "other" && (alike >= A_PART || inner.outcome === "error");
}
