import { execFile } from "node:child_process";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type NodeMajor, nodeBinary } from "../../../scripts/nodeVersions.ts";

const run = promisify(execFile);
const AGENT = join(import.meta.dirname, "../../fixtures/heap/agent.cjs");

/** Ways by which Node writes a heap snapshot. */
export type Writer = "write" | "inspector" | "tracked" | "signal" | "limit";
export const WRITERS: readonly Writer[] = ["write", "inspector", "tracked", "signal", "limit"];

/** Runs the agent of `test/fixtures/heap` on that Node until it has written its snapshot to `file`. */
export async function takeSnapshot(major: NodeMajor, writer: Writer, file: string, sessions = 300): Promise<void> {
  const node = await nodeBinary(major);
  const folder = join(dirname(file), `${writer}-${major}`);
  await mkdir(folder);
  const flags: Partial<Record<Writer, string[]>> = {
    signal: ["--heapsnapshot-signal=SIGUSR2"],
    limit: ["--heapsnapshot-near-heap-limit=1", "--max-old-space-size=20"],
  };
  const ended = run(node, [...(flags[writer] ?? []), AGENT, writer, file, `${sessions}`], {
    cwd: folder,
    timeout: 60_000,
  });
  // A full heap ends it by a signal of its own.
  await (writer === "limit" ? ended.catch(() => {}) : ended);
  if (writer === "signal" || writer === "limit") {
    const written = (await readdir(folder)).find((name) => name.endsWith(".heapsnapshot"));
    if (!written) throw new Error(`Node ${major} has written no snapshot by ${writer}.`);
    await rename(join(folder, written), file);
  }
  await rm(folder, { recursive: true });
}
