import type { LoadedModel } from "../../model/modelServers.ts";
import { type Ask, NoAnswer, refusal } from "./ask.ts";
import { amountOf, askFields, nameOf } from "./json.ts";
import { askModelList } from "./openAiCompatible.ts";
import { highestOf, type Metrics, parseMetrics, sumOf } from "./prometheus.ts";
import { Rate } from "./rate.ts";
import { ifTold, MOST_NAMES, type ReaderMaker, seldom, told } from "./reading.ts";

const RUNNING = "vllm:num_requests_running";
const WAITING = "vllm:num_requests_waiting";
const KV_USE = "vllm:kv_cache_usage_perc";
const KV_USE_BEFORE_0_10 = "vllm:gpu_cache_usage_perc";
const GENERATED = "vllm:generation_tokens_total";
const PROMPTED = "vllm:prompt_tokens_total";
const names = new Set([RUNNING, WAITING, KV_USE, KV_USE_BEFORE_0_10, GENERATED, PROMPTED]);

/**
 * vLLM: `/health` and `/metrics` at each look, version and models once a minute. It listens only when its model is
 * loaded, so it is never seen loading. Where the model lies in memory it does not tell.
 */
export const readVllm: ReaderMaker = (now) => {
  const version = seldom(60, now, async (ask) => nameOf((await askFields(ask, "/version")).version));
  const served = seldom(60, now, servedModels);
  const [generated, prompted] = [new Rate(), new Rate()];
  return async (ask) => {
    const { status } = await ask("/health");
    if (status === 503)
      throw new NoAnswer("strange", "Its engine is dead (/health says 503): see its output, start it again");
    if (status !== 200) throw refusal("/health", status);
    const release = await version(ask);
    const models = await served(ask);
    const metrics = await ifTold(askMetrics(ask));
    const time = now();
    const figures = {
      version: release,
      requestsRunning: metrics && sumOf(metrics, RUNNING),
      requestsQueued: metrics && sumOf(metrics, WAITING),
      // Of several engines the fullest one: it is where requests wait.
      kvCacheUse: metrics && (highestOf(metrics, KV_USE) ?? highestOf(metrics, KV_USE_BEFORE_0_10)),
      tokensPerSecond: generated.next(metrics && sumOf(metrics, GENERATED), time),
      promptTokensPerSecond: prompted.next(metrics && sumOf(metrics, PROMPTED), time),
    };
    return {
      status: "up",
      models: models ?? (metrics ? labelledModels(metrics) : []),
      available: [],
      ...(!metrics && { message: "It did not tell its figures at /metrics" }),
      ...told(figures),
    };
  };
};

async function askMetrics(ask: Ask): Promise<Metrics> {
  const { status, body } = await ask("/metrics");
  if (status !== 200) throw refusal("/metrics", status);
  const metrics = parseMetrics(body, names);
  if (metrics.size === 0) throw new NoAnswer("strange", "Its answer to /metrics has no figures of vLLM");
  return metrics;
}

async function servedModels(ask: Ask): Promise<LoadedModel[]> {
  const entries = await askModelList(ask);
  return entries.slice(0, MOST_NAMES).flatMap(({ id, max_model_len: length }) => {
    const [name, contextLength] = [nameOf(id), amountOf(length)];
    return name === undefined ? [] : [{ name, ...(contextLength && { contextLength }) }];
  });
}

/** The models that the figures are about: told without an API key, where the list of models wants one. */
function labelledModels(metrics: Metrics): LoadedModel[] {
  const samples = [...metrics.values()].flat();
  const all = new Set(samples.flatMap(({ labels }) => nameOf(labels.model_name) ?? []));
  return [...all].slice(0, MOST_NAMES).map((name) => ({ name }));
}
