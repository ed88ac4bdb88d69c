import { type RemoteEndpoint, shownUrl } from "../../model/remoteEndpoint.ts";

/** One series of an answer: its labels, and values in order of time (Unix seconds). */
export interface Answered {
  labels: Readonly<Record<string, string>>;
  values: [time: number, value: number][];
}

/** Seconds. */
const PATIENCE = 30;
/** Queries at a time, so that a dashboard does not make an engine refuse others. */
const AT_A_TIME = 6;
/** VictoriaMetrics' default, seconds. */
const LATENCY_OFFSET = 30;
/** Bytes of an answer. */
const LONGEST_ANSWER = 256 * 1024 * 1024;

interface Body {
  status?: string;
  error?: string;
  data?: unknown;
}

/** Prometheus' HTTP API, as far as we ask it. Rejects with what is wrong, for people. */
export class PromqlApi {
  readonly #endpoint: RemoteEndpoint;
  #running = 0;
  #unsettled: Promise<number> | undefined;
  readonly #waiting: (() => void)[] = [];

  /** @param endpoint up to `/api/v1`, e.g. `http://prometheus:9090`; resolved */
  constructor(endpoint: RemoteEndpoint) {
    this.#endpoint = { ...endpoint, url: endpoint.url.replace(/\/+$/, "").replace(/\/api\/v1$/, "") };
  }

  /** For people. */
  get name(): string {
    return shownUrl(this.#endpoint.url);
  }

  /** An instant query; its values are those of one time, or of a range where the expression is a range selector. */
  async query(query: string, time: number): Promise<Answered[]> {
    return answered(await this.#ask("query", { query, time: String(time) }));
  }

  /** Evaluated at `start`, `start + step` and so on up to `end`. */
  async queryRange(query: string, start: number, end: number, step: number): Promise<Answered[]> {
    const span = { start: String(start), end: String(end), step: String(step) };
    return answered(await this.#ask("query_range", { query, ...span }));
  }

  /** Labels of all series that fit a selector and have samples within a range. */
  async series(selector: string, start: number, end: number): Promise<Record<string, string>[]> {
    const data = await this.#ask("series", { "match[]": selector, start: String(start), end: String(end) });
    return Array.isArray(data) ? data : [];
  }

  /**
   * Of the last so many seconds an engine repeats older values, for steps below a minute: VictoriaMetrics does
   * (`-search.latencyOffset`), Prometheus and Mimir don't.
   */
  async unsettled(): Promise<number> {
    this.#unsettled ??= this.#isVictoriaMetrics().then((is) => (is ? LATENCY_OFFSET : 0));
    return this.#unsettled;
  }

  /** It says that it is a Prometheus, but not which revision of it. */
  async #isVictoriaMetrics(): Promise<boolean> {
    const { url, headers } = this.#endpoint;
    try {
      const signal = AbortSignal.timeout(PATIENCE * 1000);
      const answer = await fetch(`${url}/api/v1/status/buildinfo`, { headers, redirect: "manual", signal });
      const { data } = parsed(await answer.text()) as { data?: { version?: string; revision?: string } };
      return data?.version !== undefined && data.revision === undefined;
    } catch {
      // What is wrong with it the question itself will tell.
      this.#unsettled = undefined;
      return false;
    }
  }

  async #ask(path: string, parameters: Record<string, string>): Promise<unknown> {
    await this.#turn();
    try {
      return await this.#post(path, parameters);
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    while (this.#running >= AT_A_TIME) await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    this.#running++;
  }

  async #post(path: string, parameters: Record<string, string>): Promise<unknown> {
    const { url, headers } = this.#endpoint;
    let status: number;
    let text: string;
    try {
      const response = await fetch(`${url}/api/v1/${path}`, {
        method: "POST",
        headers,
        // VictoriaMetrics keeps answers for a while, which hides what came late.
        body: new URLSearchParams({ ...parameters, nocache: "1" }),
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE * 1000),
      });
      status = response.status;
      text = await textOf(response);
    } catch (error) {
      throw new Error(`${this.name} can't be asked: ${reasonOf(error)}.`, { cause: error });
    }
    const body = parsed(text);
    if (body?.status === "success") return body.data;
    if (status === 401 || status === 403)
      throw new Error(`${this.name} does not let us in (${status}): correct agentVitals.history.headers.`);
    if (body?.error !== undefined) throw new Error(`${this.name} could not answer: ${body.error.slice(0, 500)}`);
    throw new Error(`${this.name} does not speak Prometheus' API (status ${status}): correct agentVitals.history.url.`);
  }
}

/** @throws when it is too long, as soon as that is seen */
async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > LONGEST_ANSWER) throw new Error("its answer is too long: ask for a shorter range or fewer series");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function parsed(text: string): Body | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}

type Pair = [time: number, value: string];

function answered(data: unknown): Answered[] {
  const { result } = (data ?? {}) as { result?: { metric?: Record<string, string>; value?: Pair; values?: Pair[] }[] };
  if (!Array.isArray(result)) return [];
  return result.map(({ metric = {}, value, values }) => ({
    labels: metric,
    values: (values ?? (value ? [value] : [])).map(([time, text]) => [time, Number(text)]),
  }));
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `there is no answer within ${PATIENCE} s`;
  const { cause } = error;
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join("; ");
  return cause instanceof Error ? cause.message : error.message;
}
