import type { Door, ObservedResponse, Role } from "../../model/observed.ts";
import type { Response } from "../../model/wire.ts";
import { type Counted, counted, countedOfClient, merge, toldOf } from "./counted.ts";
import { contains, likeness, overlap } from "./likeness.ts";
import { SpanTree } from "./spanTree.ts";

/** Exporters send in batches of some seconds; what comes later than this is taken for new, seconds. */
const MEMORY = 180;
/** A call may begin so long after the response around it, seconds. */
const REACH = 60;
/** Responses kept for joining: 40 a second for all that time, and little to carry where thousands come. */
const LIMIT = 8000;

/** Where responses are counted. One that changes is taken back before, and counted again after it did. */
export interface Ledger {
  count(now: number, one: Counted): void;
  retract(one: Counted): void;
}

/**
 * Makes one of what several doors told of the same operation, whichever came first. Joined by span, else trace, else
 * process, model, role and time. The record counts what is new, and counts anew what changed.
 */
export class Joiner {
  readonly #ledger: Ledger;
  readonly #spans = new SpanTree();
  readonly #bySecond = new Map<number, Counted[]>();
  readonly #lastOf: Record<Door, number> = {
    sdk: Number.NEGATIVE_INFINITY,
    otlp: Number.NEGATIVE_INFINITY,
    probe: Number.NEGATIVE_INFINITY,
  };
  #size = 0;
  #swept = 0;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** A client's response. Its fast path is for agents that report through their client alone. */
  client(now: number, response: Response, pid: number): void {
    this.#lastOf.sdk = now;
    this.#sweep(now);
    const one = countedOfClient(response, pid);
    if (this.#othersThan("sdk", now))
      this.#join(now, { ...response, door: "sdk", pid, named: true, ...(one.role && { role: one.role }) });
    else this.#ledger.count(now, this.#keep(one));
  }

  /**
   * A span of any kind, before what it told as a response: its place in its trace joins the others.
   * @returns false when it was here before
   */
  place(now: number, spanId: string, parent: string | undefined, role: Role | undefined): boolean {
    if (!this.#spans.add(spanId, parent, role)) return false;
    // It may be the missing link between two that were counted apart.
    const inner = this.#spans.anyWithin(spanId);
    const outer = inner?.role && this.#spans.takeAround(parent, inner.role);
    if (inner && outer && inner !== outer) {
      this.#ledger.retract(inner);
      this.#ledger.retract(outer);
      outer.gone = true;
      for (const told of toldOf(outer)) fillFrom(inner, told);
      this.#ledger.count(now, inner);
    }
    return true;
  }

  /** What the probe or OpenTelemetry told; what was told before only fills gaps. */
  observe(now: number, observed: ObservedResponse): void {
    this.#lastOf[observed.door] = now;
    this.#sweep(now);
    if (observed.door === "otlp" && observed.spanId !== undefined) this.#span(now, observed, observed.spanId);
    else this.#join(now, observed);
  }

  #span(now: number, observed: ObservedResponse, spanId: string): void {
    const { role, parentSpanId } = observed;
    const inner = role && this.#spans.within(spanId, role);
    if (inner) {
      this.#change(now, inner, () => fillFrom(inner, observed));
      return;
    }
    const outer = role && this.#spans.takeAround(parentSpanId, role);
    if (outer) this.#change(now, outer, () => replaceBySpan(outer, observed));
    const one = outer ?? this.#join(now, observed);
    this.#spans.setCall(spanId, one, parentSpanId);
  }

  #join(now: number, observed: ObservedResponse): Counted {
    const [best, ...more] = this.#partners(observed);
    if (!best) {
      const one = this.#keep(counted(observed));
      this.#ledger.count(now, one);
      return one;
    }
    for (const other of more) {
      this.#ledger.retract(other);
      other.gone = true;
    }
    this.#change(now, best, () => merge(best, [observed, ...more.flatMap(toldOf)]));
    return best;
  }

  #change(now: number, one: Counted, change: () => void): void {
    this.#ledger.retract(one);
    change();
    this.#ledger.count(now, one);
  }

  /** What is the same operation, best first: one, or the tries of one call that followed each other. */
  #partners(observed: ObservedResponse): Counted[] {
    const { door, start, duration } = observed;
    if (!this.#othersThan(door, this.#lastOf[door])) return [];
    const found: { one: Counted; score: number }[] = [];
    for (let second = Math.floor(start) - REACH; second <= Math.floor(start + duration) + 1; second++) {
      for (const one of this.#bySecond.get(second) ?? []) {
        if (one.gone || !this.#mayHold(one, observed)) continue;
        const score = likeness(observed, one, this.#linked(observed, one));
        if (score > 0) found.push({ one, score });
      }
    }
    found.sort((a, b) => b.score - a.score);
    const [best] = found;
    if (!best) return [];
    const taken = [best.one];
    if (rankOf(best.one.door) > rankOf(door)) {
      for (const { one } of found.slice(1)) {
        const follows = taken.every((t) => overlap(t.response, one.response) === 0);
        if (one.door === best.one.door && follows && contains(observed, one.response)) taken.push(one);
      }
    }
    return taken;
  }

  /** A door tells one operation once, or several times in a row when it was tried again. */
  #mayHold(one: Counted, observed: ObservedResponse): boolean {
    if (!one.told) return one.door !== observed.door;
    return one.told.every((t) => t.door !== observed.door || overlap(t, observed) === 0);
  }

  /** The probe read the span from the request's header; a client's response knows the span it began in. */
  #linked(observed: ObservedResponse, one: Counted): boolean {
    const under = (spanId: string | undefined, call: Counted) => {
      if (spanId === undefined) return false;
      if (this.#spans.call(spanId) === call) return true;
      for (const ancestor of this.#spans.ancestors(spanId)) if (this.#spans.call(ancestor) === call) return true;
      return false;
    };
    if (observed.door === "probe") return under(observed.parentSpanId, one);
    if (one.door !== "probe" || observed.spanId === undefined) return false;
    const named = toldOf(one)[0]?.parentSpanId;
    if (named === undefined) return false;
    if (named === observed.spanId) return true;
    for (const ancestor of this.#spans.ancestors(named)) if (ancestor === observed.spanId) return true;
    return false;
  }

  #othersThan(door: Door, now: number): boolean {
    const recent = (other: Door) => other !== door && now - this.#lastOf[other] < MEMORY;
    return recent("sdk") || recent("otlp") || recent("probe");
  }

  #keep(one: Counted): Counted {
    const second = Math.floor(one.response.start);
    const there = this.#bySecond.get(second);
    if (there) there.push(one);
    else this.#bySecond.set(second, [one]);
    if (++this.#size > LIMIT) this.#dropOldest();
    return one;
  }

  #dropOldest(): void {
    for (const [second, all] of this.#bySecond) {
      this.#bySecond.delete(second);
      this.#size -= all.length;
      if (this.#size <= LIMIT * 0.8) return;
    }
  }

  #sweep(now: number): void {
    if (now - this.#swept < MEMORY / 3) return;
    this.#swept = now;
    this.#spans.turn();
    for (const [second, all] of this.#bySecond) {
      if (second > now - MEMORY - REACH) continue;
      this.#bySecond.delete(second);
      this.#size -= all.length;
    }
  }
}

const rankOf = (door: Door) => ["sdk", "otlp", "probe"].indexOf(door);

/** An inner span after its outer one: its times count, the outer one fills its gaps. */
function replaceBySpan(one: Counted, inner: ObservedResponse): void {
  const outer = toldOf(one);
  const rest = outer.filter((o) => o.door !== "otlp");
  const told = outer.filter((o) => o.door === "otlp").map((o) => ({ ...o, door: "otlp" as const }));
  const filled = told.reduce((filling, o) => filledFrom(filling, o), inner);
  one.told = rest;
  merge(one, [filled]);
}

/** An outer span after its inner one: it only fills gaps. */
function fillFrom(one: Counted, outer: ObservedResponse): void {
  const told = toldOf(one);
  const inner = told.find((o) => o.door === "otlp");
  one.told = told.filter((o) => o !== inner);
  merge(one, [inner ? filledFrom(inner, outer) : outer]);
}

function filledFrom(inner: ObservedResponse, outer: ObservedResponse): ObservedResponse {
  const filled = { ...outer, ...inner, named: inner.named || outer.named };
  if (outer.named && !inner.named) filled.queryType = outer.queryType;
  if (inner.timeToFirstToken === undefined && outer.timeToFirstToken !== undefined)
    filled.timeToFirstToken = Math.max(0, outer.timeToFirstToken - (inner.start - outer.start));
  if (inner.outcome !== "error") delete filled.errorType;
  return filled;
}
