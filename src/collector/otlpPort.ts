import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import type { Addresses } from "./addresses.ts";
import { createExclusive } from "./exclusive.ts";

/** Where every OpenTelemetry exporter sends by itself. */
const STANDARD_PORT = 4318;
/** Below the ports that systems hand out by themselves. */
const OWN_PORTS = { from: 20_000, count: 10_000 };

/**
 * The port of this workspace's OTLP door. It is chosen once and kept, since open terminals keep what they were born
 * with: 4318 when it is free and no other workspace's, else one of its own.
 */
export async function otlpPort(addresses: Addresses): Promise<number> {
  const file = portFile(addresses.stateFolder);
  const known = readPort(file);
  if (known !== undefined) return known;
  const taken = portsOfOthers(addresses);
  const port =
    !taken.has(STANDARD_PORT) && (await isFree(STANDARD_PORT)) ? STANDARD_PORT : await ownPort(addresses, taken);
  createExclusive(file, String(port));
  return readPort(file) ?? port; // A window and its collector may choose at the same time: the first one's counts.
}

const portFile = (stateFolder: string) => join(stateFolder, "otlp-port");

function readPort(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const port = Number(readFileSync(file, "utf8"));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

function portsOfOthers({ stateFolder }: Addresses): Set<number> {
  const all = dirname(stateFolder);
  return new Set(readdirSync(all).flatMap((id) => readPort(portFile(join(all, id))) ?? []));
}

/** Begins at a place that is this workspace's own, so that two that choose at once rarely meet. */
async function ownPort({ id }: Addresses, taken: ReadonlySet<number>): Promise<number> {
  const start = Number.parseInt(id.slice(0, 8), 16);
  for (let i = 0; i < 100; i++) {
    const port = OWN_PORTS.from + ((start + i) % OWN_PORTS.count);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error("No port is free for OpenTelemetry between 20000 and 29999.");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
