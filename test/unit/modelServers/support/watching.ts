import { type ModelServerWatch, watchModelServers } from "../../../../src/inputs/modelServers/watch.ts";
import type { ModelServerKind, ModelServerState, ModelServerTarget } from "../../../../src/model/modelServers.ts";
import { until } from "../../../support/until.ts";

/** Looks at servers 50 times a second, by a clock that the test may put forward. */
export class Watching implements Disposable {
  readonly log: string[] = [];
  /** All that was told, the latest last. */
  readonly told: ModelServerState[][] = [];
  readonly watch: ModelServerWatch;
  #ahead = 0;

  constructor(options: {
    ports?: { port: number; kind?: ModelServerKind }[];
    targets?: ModelServerTarget[];
    interval?: number;
  }) {
    this.watch = watchModelServers({
      interval: options.interval ?? 0.02,
      now: this.now,
      onChange: (servers) => this.told.push(servers),
      log: (severity, message) => this.log.push(`${severity} ${message}`),
      knownPorts: options.ports ?? [],
    });
    if (options.targets) this.watch.setTargets(options.targets);
  }

  now = (): number => Date.now() / 1000 + this.#ahead;

  /** So many seconds go by at once. */
  pass(seconds: number): void {
    this.#ahead += seconds;
  }

  get servers(): ModelServerState[] {
    return this.told.at(-1) ?? [];
  }

  /** Waits for a server like this, from what is told now on; it may be like this for one look alone. */
  async server(what: string, is: (server: ModelServerState) => boolean): Promise<ModelServerState> {
    const from = Math.max(0, this.told.length - 1);
    return await until(what, () => this.told.slice(from).flat().find(is));
  }

  [Symbol.dispose](): void {
    this.watch.dispose();
  }
}

/** A target of the config. */
export const named = (url: string, kind?: ModelServerKind): ModelServerTarget => ({
  url,
  configured: true,
  ...(kind && { kind }),
});
