import { bucketOf, indexOf } from "../../model/buckets.ts";
import { Counts } from "../../model/counts.ts";
import type { SuiteErrorKind, SuiteHistogram, SuiteMeasure } from "../../model/suites.ts";
import type { Exchange } from "../target.ts";

/** Different errors that are told in their own words. */
const MOST_MESSAGES = 5;

/** Measures that an answer without a token has not. */
const OF_TOKENS: ReadonlySet<string> = new Set(["firstToken", "interToken", "perOutputToken"]);

/** What was counted in one window of a load, ready to go to another thread. */
export interface Tallied {
  /** Requests that were to begin in it. */
  intended: number;
  /**
   * Requests that its rate is of. Of an open load those that did begin in it; of users, who ask less where they wait
   * longer, those that were under way in it, each by the share of its time.
   */
  reached: number;
  /** That were to begin in it and have ended, well or not. */
  requests: number;
  errors: Partial<Record<SuiteErrorKind, number>>;
  /** Some errors in words, with how often they came. */
  messages: Record<string, number>;
  cancelled: number;
  /** Never begun, as all connections were busy; they are among the errors. */
  unsent: number;
  /**
   * Answers that met the limits of a good response, and tokens of answers. Of an open load all of those that were to
   * begin in it; of users by the share of their time in it.
   */
  good: number;
  outputTokens: number;
  inputTokens: number;
  /** Of answers that came well: what failed is among the errors alone. */
  histograms: Partial<Record<SuiteMeasure, SuiteHistogram>>;
  lateness: SuiteHistogram;
  latest: number;
}

/** Limits in seconds that a response keeps to count as good. */
export type GoodLimits = readonly { measure: string; limit: number }[];

/** What the requests did that were to begin in one window of time. */
export class Tally {
  intended = 0;
  reached = 0;
  requests = 0;
  unsent = 0;
  good = 0;
  outputTokens = 0;
  readonly #limits: GoodLimits;
  #errors: Partial<Record<SuiteErrorKind, number>> = {};
  #messages: Record<string, number> = {};
  #cancelled = 0;
  #inputTokens = 0;
  #latest = 0;
  #lateness = new Counts();
  #duration = new Counts();
  #service = new Counts();
  /** Those that only some targets tell. */
  #others = new Map<SuiteMeasure, Counts>();

  constructor(limits: GoodLimits) {
    this.#limits = limits;
  }

  get failed(): number {
    return Object.values(this.#errors).reduce((sum, n) => sum + n, 0);
  }

  late(seconds: number): void {
    if (seconds > this.#latest) this.#latest = seconds;
    count(this.#lateness, seconds);
  }

  /**
   * Counts a request that has ended, but for `good` and `outputTokens`, which may be several windows'. Times are told of
   * answers that came well alone: an agent that fails fast is no fast agent.
   * @param intended when it was to begin, on the exchange's clock
   */
  add(intended: number, exchange: Exchange): void {
    if (exchange.outcome === "cancelled") {
      this.#cancelled++;
      return;
    }
    this.requests++;
    if (exchange.outcome === "error") {
      this.#error(exchange);
      return;
    }
    const { sent, ended, firstToken, tokenTimes, outputTokens, stages } = exchange;
    count(this.#duration, ended - intended);
    count(this.#service, ended - sent);
    if (firstToken !== undefined) {
      count(this.#other("firstToken"), firstToken - intended);
      if (tokenTimes !== undefined) this.#intervals(firstToken, tokenTimes);
      if (outputTokens !== undefined && outputTokens > 1)
        count(this.#other("perOutputToken"), (ended - firstToken) / (outputTokens - 1));
    }
    if (stages) for (const name in stages) count(this.#other(`stage:${name}`), stages[name] ?? 0);
    this.#inputTokens += exchange.inputTokens ?? 0;
  }

  /** Keeps all limits of a good response. @param intended when it was to begin, on the exchange's clock */
  isGood(intended: number, exchange: Exchange): boolean {
    return exchange.outcome === "ok" && this.#limits.every((limit) => keeps(limit, intended, exchange));
  }

  result(): Tallied {
    const histograms: Tallied["histograms"] = {};
    const all: [SuiteMeasure, Counts][] = [["duration", this.#duration], ["service", this.#service], ...this.#others];
    for (const [measure, counts] of all) {
      const sparse = counts.sparse();
      if (sparse.length > 0) histograms[measure] = sparse;
    }
    return {
      intended: this.intended,
      reached: this.reached,
      requests: this.requests,
      errors: { ...this.#errors },
      messages: { ...this.#messages },
      cancelled: this.#cancelled,
      unsent: this.unsent,
      good: this.good,
      outputTokens: this.outputTokens,
      inputTokens: this.#inputTokens,
      histograms,
      lateness: this.#lateness.sparse(),
      latest: this.#latest,
    };
  }

  #intervals(firstToken: number, tokenTimes: readonly number[]): void {
    const counts = this.#other("interToken");
    let before = firstToken;
    for (const time of tokenTimes) {
      count(counts, time - before);
      before = time;
    }
  }

  #error({ errorKind = "failed", error }: Exchange): void {
    this.#errors[errorKind] = (this.#errors[errorKind] ?? 0) + 1;
    const message = error ?? errorKind;
    const known = Object.hasOwn(this.#messages, message);
    if (!known && Object.keys(this.#messages).length >= MOST_MESSAGES) return;
    this.#messages[message] = (this.#messages[message] ?? 0) + 1;
  }

  #other(measure: SuiteMeasure): Counts {
    let counts = this.#others.get(measure);
    if (!counts) {
      counts = new Counts();
      this.#others.set(measure, counts);
    }
    return counts;
  }
}

/** Of tokens that never came no limit is kept; of a stage that an answer doesn't tell nothing is known. */
function keeps({ measure, limit }: GoodLimits[number], intended: number, exchange: Exchange): boolean {
  if (OF_TOKENS.has(measure) && exchange.firstToken === undefined) return false;
  return (figureOf(measure, intended, exchange) ?? 0) < limit;
}

/** One figure of a response; of many tokens the longest wait. */
function figureOf(measure: string, intended: number, exchange: Exchange): number | undefined {
  const { sent, ended, firstToken, tokenTimes = [], outputTokens = 0, stages } = exchange;
  if (measure === "duration") return ended - intended;
  if (measure === "service") return ended - sent;
  if (measure.startsWith("stage:")) return stages?.[measure.slice("stage:".length)];
  if (firstToken === undefined) return undefined;
  if (measure === "firstToken") return firstToken - intended;
  if (measure === "perOutputToken") return outputTokens > 1 ? (ended - firstToken) / (outputTokens - 1) : undefined;
  return tokenTimes.reduce((longest, time, i) => Math.max(longest, time - (tokenTimes[i - 1] ?? firstToken)), 0);
}

const count = (counts: Counts, seconds: number) => counts.addAt(indexOf(bucketOf(seconds * 1e6)), 1);
