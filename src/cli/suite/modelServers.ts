import type { ModelServerState } from "../../model/modelServers.ts";
import type { SeriesData } from "../../model/series.ts";

/** What a model server tells of itself that explains how fast its answers come, and the names that suites have for it. */
const figures = {
  "agent_vitals.model_server.requests.running": { unit: "{request}", of: (one) => one.requestsRunning },
  "agent_vitals.model_server.requests.queued": { unit: "{request}", of: (one) => one.requestsQueued },
  "agent_vitals.model_server.kv_cache.utilization": { unit: "1", of: (one) => one.kvCacheUse },
  "agent_vitals.model_server.tokens": { unit: "{token}/s", of: (one) => one.tokensPerSecond },
  "agent_vitals.model_server.prompt_tokens": { unit: "{token}/s", of: (one) => one.promptTokensPerSecond },
} as const satisfies Record<string, { unit: string; of: (server: ModelServerState) => number | undefined }>;

/** Seconds between two readings. */
const STEP = 1;

/** Figures of model servers over a time: the collector tells them when they change, and until then they hold. */
export class ModelServerFigures {
  readonly #told: { at: number; servers: readonly ModelServerState[] }[] = [];

  /** @param at Unix seconds */
  add(at: number, servers: readonly ModelServerState[]): void {
    this.#told.push({ at, servers });
  }

  /** A reading a second; none of a time in which a server was not up. */
  seriesUntil(to: number): SeriesData[] {
    const all = new Map<string, SeriesData>();
    for (let at = this.#told[0]?.at ?? to; at <= to; at += STEP) {
      const { servers = [] } = this.#told.findLast((one) => one.at <= at) ?? {};
      for (const server of servers) {
        if (server.status !== "up") continue;
        for (const [metric, { unit, of }] of Object.entries(figures)) {
          const value = of(server);
          if (value === undefined) continue;
          const key = `${metric} ${server.name}`;
          const data = all.get(key) ?? emptySeries(metric, unit, server.name);
          all.set(key, data);
          data.time.push(at);
          for (const list of [data.min, data.mean, data.max]) list.push(value);
          data.n.push(1);
        }
      }
    }
    return [...all.values()];
  }
}

function emptySeries(metric: string, unit: string, server: string): SeriesData {
  const series = { metric, attributes: { "server.name": server } };
  return { series, unit, step: STEP, time: [], min: [], mean: [], max: [], n: [] };
}
