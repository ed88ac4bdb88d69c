import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const PROGRAM = join(import.meta.dirname, "../../fixtures/suites/queueServer.mjs");

/** A process that serves `seats` requests at once, each for so many milliseconds. */
export async function startQueueServer(options: { seats?: number; milliseconds?: number } = {}) {
  const { seats = 1000, milliseconds = 0 } = options;
  const child = spawn(process.execPath, [PROGRAM], {
    env: { ...process.env, SEATS: String(seats), MS: String(milliseconds) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const port = String(line).trim();
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    child,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
