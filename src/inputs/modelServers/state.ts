import type { ModelServerKind, ModelServerState } from "../../model/modelServers.ts";
import { kinds } from "./kinds.ts";
import type { Reading } from "./reading.ts";

/** What the config calls it, else the kind and where: `Ollama :11434`, `vLLM gpu-box:8000`. */
export function serverName({ url, kind }: { url: string; kind: ModelServerKind }, given: string | undefined): string {
  if (given !== undefined) return given;
  const port = loopbackPort(url);
  return `${kinds[kind].title} ${port === undefined ? (URL.parse(url)?.host ?? url) : `:${port}`}`;
}

/** The port of this machine that a URL leads to; undefined when it leads elsewhere. */
export function loopbackPort(url: string): number | undefined {
  const parsed = URL.parse(url);
  if (!parsed || !["127.0.0.1", "localhost", "[::1]", "0.0.0.0"].includes(parsed.hostname)) return undefined;
  return Number(parsed.port) || (parsed.protocol === "https:" ? 443 : 80);
}

/** A URL without the password that it may hold. */
export function shownUrl(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//");
}

/** A time of day in Unix seconds, for people: `14:32:07`. */
export function sinceWhen(time: number): string {
  return new Date(time * 1000).toTimeString().slice(0, 8);
}

/** A reading as it is told: rates with three significant digits, ratios with three after the point. */
export function stateOf(
  { url, kind, name }: { url: string; kind: ModelServerKind; name: string },
  reading: Reading,
  time: number,
): ModelServerState {
  const { kvCacheUse, tokensPerSecond, promptTokensPerSecond } = reading;
  return {
    url: shownUrl(url),
    kind,
    name,
    ...reading,
    ...(kvCacheUse !== undefined && { kvCacheUse: Math.min(1, Math.max(0, Math.round(kvCacheUse * 1000) / 1000)) }),
    ...(tokensPerSecond !== undefined && { tokensPerSecond: significant(tokensPerSecond) }),
    ...(promptTokensPerSecond !== undefined && { promptTokensPerSecond: significant(promptTokensPerSecond) }),
    time,
  };
}

const significant = (value: number) => Number(value.toPrecision(3));
