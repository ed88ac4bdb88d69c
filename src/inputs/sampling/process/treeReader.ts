import type { TreeSample } from "../../../model/resources.ts";

/** How a watched tree is: its reading, over, or read so shortly after the last time that it says nothing. */
export type TreeReading = TreeSample | "ended" | "too soon";

/** Reads trees of processes by their roots' pids; it keeps what it needs to tell differences. */
export interface TreeReader {
  read(roots: readonly number[]): Promise<Map<number, TreeReading>>;
  /** The root is no longer watched. */
  forget(root: number): void;
  dispose(): void;
}

/** Shorter spans (s) say nothing about CPU: the system counts it in hundredths of a second. */
export const SHORTEST = 0.1;
