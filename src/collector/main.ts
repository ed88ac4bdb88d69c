/** The collector's process: `collector.js --workspace PATH --version VERSION`, or `--hardware`. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { processIdentity } from "../inputs/sampling/process/identity.ts";
import { NO_WORKSPACE, workspaceAddresses } from "./addresses.ts";
import { Collector } from "./collector.ts";
import { HARDWARE_ARGUMENT, printHardware, readHardware } from "./hardware.ts";
import { takeLock } from "./lock.ts";
import { createLogger } from "./log.ts";

const program = process.argv[1] ?? "";

async function main(): Promise<void> {
  if (process.argv.includes(HARDWARE_ARGUMENT)) return printHardware();
  const { values } = parseArgs({ options: { workspace: { type: "string" }, version: { type: "string" } } });
  const { workspace = NO_WORKSPACE, version = "0.0.0" } = values;
  const addresses = workspaceAddresses(workspace);
  const log = createLogger();
  const release = takeLock(addresses.lockFile, processIdentity);
  if (!release) {
    log("info", `pid ${process.pid}: another collector serves ${addresses.workspace} already`);
    return;
  }
  const collector = new Collector({
    addresses,
    version,
    nodeShim: join(program, "..", "nodeShim.js"),
    readHardware: () => readHardware(program),
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
