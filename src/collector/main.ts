/** The collector's process: `collector.js --workspace PATH --version VERSION`. */
import { dirname, extname, join } from "node:path";
import { parseArgs } from "node:util";
import { processIdentity } from "../inputs/sampling/process/identity.ts";
import { NO_WORKSPACE, workspaceAddresses } from "./addresses.ts";
import { Collector } from "./collector.ts";
import { takeLock } from "./lock.ts";
import { createLogger, trimLog } from "./log.ts";
import { readHardware } from "./readHardware.ts";

/** Programs beside this one: in `dist` the bundles, in the sources the files themselves. */
const beside = (name: string) => join(dirname(process.argv[1] ?? ""), `${name}${extname(process.argv[1] ?? "")}`);

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { workspace: { type: "string" }, version: { type: "string" } } });
  const { workspace = NO_WORKSPACE, version = "0.0.0" } = values;
  const addresses = workspaceAddresses(workspace);
  const log = createLogger((line) => process.stdout.write(line));
  trimLog(addresses.logFile);
  setInterval(() => trimLog(addresses.logFile), 3600_000).unref();
  const release = takeLock(addresses.lockFile, processIdentity);
  if (!release) {
    log("info", `pid ${process.pid}: another collector serves ${addresses.workspace} already`);
    return;
  }
  const collector = new Collector({
    addresses,
    version,
    nodeShim: beside("nodeShim"),
    heapWorker: beside("heapWorker"),
    leakWorker: beside("leakWorker"),
    readHardware: () => readHardware(beside("hardware")),
    log,
    onEnd: () => {
      release();
      // What is left (a follower's read, a socket on its way out) must not keep an ended collector alive.
      setTimeout(() => process.exit(), 200).unref();
    },
  });
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.on(signal, () => void collector.end(signal));
  }
  // A fault in one request or event must not take the figures of every agent with it.
  process.on("uncaughtException", (error) => log("error", error.stack ?? String(error)));
  process.on("unhandledRejection", (reason) =>
    log("error", reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)),
  );
  try {
    await collector.start();
  } catch (error) {
    release();
    throw error;
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.stack : error);
  process.exit(1);
});
