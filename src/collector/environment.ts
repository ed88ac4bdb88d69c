/** The variables by which an agent's client, or its OpenTelemetry exporter, finds this workspace's collector. */
import type { Addresses } from "./addresses.ts";
import { otlpPort } from "./otlpPort.ts";

type Environment = Readonly<Record<string, string | null | undefined>>;

/** OTLP requests show the workspace's token in this header. */
const TOKEN_HEADER = "x-agent-vitals-token";

/** For our own client. */
export function clientEnvironment(addresses: Addresses): Record<string, string> {
  return { AGENT_VITALS_SOCKET: addresses.eventSocket, AGENT_VITALS_TOKEN: addresses.token };
}

/** For OpenTelemetry's SDKs. */
async function otlpEnvironment(addresses: Addresses): Promise<Record<string, string>> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await otlpPort(addresses)}`,
    // Python's default is gRPC.
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
    OTEL_EXPORTER_OTLP_HEADERS: `${TOKEN_HEADER}=${addresses.token}`,
  };
}

/**
 * All of them for a program that is to run with `env`; OpenTelemetry's only with `otlp`, and never over an endpoint of
 * the user's own.
 */
export async function agentEnvironment(
  addresses: Addresses,
  { otlp, env }: { otlp: boolean; env: Environment },
): Promise<Record<string, string>> {
  const client = clientEnvironment(addresses);
  if (!otlp || hasOwnEndpoint(env)) return client;
  return { ...client, ...(await otlpEnvironment(addresses)) };
}

/** Ours, of a terminal that VS Code itself was started from, is none; one that came beside our token may be. */
function hasOwnEndpoint(env: Environment): boolean {
  const hasOurs = env.OTEL_EXPORTER_OTLP_HEADERS?.includes(TOKEN_HEADER) === true;
  const isOurs = (name: string, value: string) =>
    hasOurs && name === "OTEL_EXPORTER_OTLP_ENDPOINT" && /^http:\/\/127\.0\.0\.1:\d+$/.test(value);
  return Object.entries(env).some(
    ([name, value]) => /^OTEL_EXPORTER_OTLP_(\w+_)?ENDPOINT$/.test(name) && value && !isOurs(name, value),
  );
}
