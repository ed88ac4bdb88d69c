import { closeSync, constants, openSync, statSync, writeSync } from "node:fs";
import { createConnection } from "node:net";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FILES } from "./runFolder.ts";

/** Where a run's standard input is reached: a FIFO in its folder, a named pipe on Windows. */
export function inputAddress(folder: string): string {
  return process.platform === "win32" ? `\\\\.\\pipe\\agent-vitals-run-${basename(folder)}` : join(folder, FILES.input);
}

/**
 * Types into a run's standard input; waits up to `timeout` seconds for an agent that reads slowly.
 * @throws when nobody reads there any more, or the agent does not read what it has
 */
export async function writeInput(folder: string, data: Uint8Array, timeout: number): Promise<void> {
  const address = inputAddress(folder);
  if (process.platform !== "win32" && statSync(address).isFIFO()) await writeFifo(address, data, timeout);
  else await writeSocket(address, data);
}

async function writeFifo(fifo: string, data: Uint8Array, timeout: number): Promise<void> {
  // Without a reader, opening for writing alone fails with ENXIO instead of waiting for one.
  const descriptor = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    const deadline = performance.now() + timeout * 1000;
    for (let written = 0; written < data.length; ) {
      try {
        written += writeSync(descriptor, data, written);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
        if (performance.now() > deadline) {
          throw new Error(`its input is full: ${data.length - written} bytes were not read within ${timeout} s`);
        }
        await sleep(20);
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

function writeSocket(address: string, data: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(address, () => socket.end(data, resolve));
    socket.on("error", reject);
  });
}
