import { type Ask, refusal } from "./ask.ts";
import { type Metrics, parseMetrics, sumOf } from "./prometheus.ts";
import { Rate } from "./rate.ts";
import { type Reading, told } from "./reading.ts";

const PROCESSING = "llamacpp:requests_processing";
const DEFERRED = "llamacpp:requests_deferred";
const KV_USE = "llamacpp:kv_cache_usage_ratio";
const PREDICTED = "llamacpp:tokens_predicted_total";
const PREDICTING = "llamacpp:tokens_predicted_seconds_total";
const PROMPTED = "llamacpp:prompt_tokens_total";
const PROMPTING = "llamacpp:prompt_seconds_total";
const names = new Set([PROCESSING, DEFERRED, KV_USE, PREDICTED, PREDICTING, PROMPTED, PROMPTING]);

/** The server's metrics; undefined where it was started without them. Rejects with `NoAnswer` at any other trouble. */
export async function askLlamaCppMetrics(ask: Ask): Promise<Metrics | undefined> {
  const { status, body } = await ask("/metrics");
  // 501 is its "not supported, start it with --metrics"; 400 and 404 are a router's and an older one's.
  if (status === 501 || status === 404 || status === 400) return undefined;
  if (status !== 200) throw refusal("/metrics", status);
  return parseMetrics(body, names);
}

/**
 * Rates of llama.cpp's counters, which move when a response ends: against the clock a long response would count for
 * the interval that it ended in. So they are taken against the seconds that the server says it computed for, and mean
 * the speed of the responses that ended in the interval.
 */
export class LlamaCppRates {
  readonly #predicted = new Rate();
  readonly #prompted = new Rate();
  #idle: number | undefined;

  next(metrics: Metrics): Partial<Reading> {
    const requestsRunning = sumOf(metrics, PROCESSING);
    const predicted = sumOf(metrics, PREDICTED);
    // Nothing ran and nothing ended: that is known to be no tokens. While something runs it is not.
    const resting = requestsRunning === 0 && predicted !== undefined && predicted === this.#idle ? 0 : undefined;
    this.#idle = predicted;
    return told({
      requestsRunning,
      requestsQueued: sumOf(metrics, DEFERRED),
      // Gone from versions of mid 2025 on.
      kvCacheUse: sumOf(metrics, KV_USE),
      tokensPerSecond: this.#predicted.next(predicted, sumOf(metrics, PREDICTING)) ?? resting,
      promptTokensPerSecond: this.#prompted.next(sumOf(metrics, PROMPTED), sumOf(metrics, PROMPTING)) ?? resting,
    });
  }
}
