import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const PROGRAM = join(import.meta.dirname, "../../fixtures/heap/growing.cjs");

/** The snapshots of `test/fixtures/heap/growing.cjs`, in a folder of their own. */
export class GrowingSnapshots {
  #folder = "";

  async take(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), "agent-vitals-heap-"));
    await promisify(execFile)(process.execPath, [PROGRAM, this.#folder], { timeout: 60_000 });
  }

  file(number: 1 | 2 | 3 | 4): string {
    return join(this.#folder, `${number}.heapsnapshot`);
  }

  get folder(): string {
    return this.#folder;
  }

  dispose(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }
}
