import { statSync } from "node:fs";
import { HeapMemoryError } from "./error.ts";

/** Measured at 100 MB to 1 GB: 1.6 to 2 bytes of memory for each of the file, and the program's own. */
const PER_BYTE = 2;
const OWN = 60e6;

/** Memory that reading and analysing snapshots of these sizes takes, all held at once, bytes. */
function memoryNeeded(fileSizes: readonly number[]): number {
  return fileSizes.reduce((sum, size) => sum + size * PER_BYTE, OWN);
}

/**
 * @param files what is to be read beside each other
 * @throws {HeapMemoryError} when this machine, or the container that we are in, has less memory left than that takes;
 * a `SystemError` for a file that is not there
 */
export function checkMemory(files: readonly string[]): void {
  const needed = memoryNeeded(files.map((file) => statSync(file).size));
  const available = process.availableMemory();
  if (needed > available)
    throw new HeapMemoryError(
      `Reading this takes about ${gibibytes(needed)} of memory, and ${gibibytes(available)} are available. Close what needs much, or read it on a larger machine.`,
    );
}

const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toPrecision(3)} GiB`;
