import type { ModelServerState, ModelServerTarget } from "../../model/modelServers.ts";
import { listenersAt } from "./listeners.ts";
import { type KnownPort, Place, type PlaceOptions } from "./place.ts";
import { loopbackPort } from "./state.ts";

export interface ModelServerWatchOptions extends PlaceOptions {
  /** Seconds between two looks; 0: none. */
  interval: number;
  /** Unix seconds. */
  now: () => number;
  /** All servers, whenever a figure of one has changed; times of answers alone are no change. */
  onChange: (servers: ModelServerState[]) => void;
  /** Ports of this machine where model servers usually listen. */
  knownPorts?: KnownPort[];
}

export interface ModelServerWatch {
  /** The servers that the config names, in place of those named before. */
  setTargets(configured: readonly ModelServerTarget[]): void;
  /** Seconds between two looks; 0: none, and no server is told. */
  setInterval(seconds: number): void;
  dispose(): void;
}

/** Looks between two for servers that were not there. */
const NEW_EVERY = 3;

const usualPorts: KnownPort[] = [
  { port: 11434, kind: "ollama" },
  { port: 8080, kind: "llama.cpp" },
  { port: 8000, kind: "vllm" },
  { port: 1234, kind: "lm-studio" },
];

/** Watches the model servers of this machine and those of the config. Never throws, never keeps a process alive. */
export function watchModelServers(options: ModelServerWatchOptions): ModelServerWatch {
  return new Watch(options);
}

class Watch implements ModelServerWatch {
  readonly #options: ModelServerWatchOptions;
  readonly #ports: KnownPort[];
  #targets: readonly ModelServerTarget[] = [];
  /** By what makes them themselves. */
  #places = new Map<string, Place>();
  #interval = 0;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  #told = "[]";
  #looks = 0;

  constructor(options: ModelServerWatchOptions) {
    this.#options = options;
    this.#ports = options.knownPorts ?? usualPorts;
    this.setInterval(options.interval);
  }

  setTargets(configured: readonly ModelServerTarget[]): void {
    this.#targets = configured;
    if (this.#interval > 0) this.#arrange();
  }

  setInterval(seconds: number): void {
    if (seconds === this.#interval) return;
    this.#interval = seconds;
    this.#stopTimers();
    if (seconds > 0) {
      this.#timer = setInterval(() => this.#look(), seconds * 1000).unref();
      this.#arrange();
    } else {
      this.#keep(new Map());
    }
  }

  dispose(): void {
    this.#told = "";
    this.#interval = 0;
    this.#stopTimers();
    for (const place of this.#places.values()) place.dispose();
    this.#places.clear();
  }

  #stopTimers(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
  }

  /** Places of the targets, and of the known ports that none of them is at. Those that stay keep what they know. */
  #arrange(): void {
    const taken = new Set(this.#targets.map(({ url }) => loopbackPort(url)));
    const free = this.#ports.filter(({ port }) => !taken.has(port));
    const unique = new Map(this.#targets.map((target) => [target.url, target]));
    const all = [...[...unique.values()].map((target) => ({ target })), ...free.map((port) => ({ port }))];
    this.#keep(
      new Map(
        all.map((where) => {
          const key = JSON.stringify(where);
          return [key, this.#places.get(key) ?? new Place(where, this.#options)];
        }),
      ),
    );
    clearTimeout(this.#soon);
    this.#looks = 0;
    this.#soon = setTimeout(() => this.#look(), 0).unref();
  }

  #keep(places: Map<string, Place>): void {
    for (const [key, place] of this.#places) if (!places.has(key)) place.dispose();
    this.#places = places;
    this.#tell();
  }

  #look(): void {
    // Where nothing has been found so far it is looked less often: the list of all sockets costs.
    const looksForNew = this.#looks++ % NEW_EVERY === 0;
    const places = [...this.#places.values()].filter(({ port, state }) => looksForNew || port === undefined || state);
    if (places.length === 0) return;
    const ports = new Set(places.flatMap(({ port }) => port ?? []));
    const listeners = ports.size > 0 ? listenersAt(ports) : undefined;
    for (const place of places) {
      const listener = place.port === undefined ? undefined : listeners?.get(place.port);
      place.look({ clear: listeners !== undefined, listener }).then(
        () => this.#tell(),
        (error: unknown) =>
          this.#options.log("error", `Model servers: ${error instanceof Error ? error.stack : error}`),
      );
    }
  }

  #tell(): void {
    if (this.#told === "") return;
    const servers = [...this.#places.values()].flatMap(({ state }) => state ?? []);
    const told = JSON.stringify(servers.map((server) => ({ ...server, time: 0 })));
    if (told === this.#told) return;
    this.#told = told;
    this.#options.onChange(servers);
  }
}
