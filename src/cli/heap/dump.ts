import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { analyse, type HeapSnapshot } from "../../heap/heapSnapshot.ts";
import { checkMemory } from "../../heap/memoryNeed.ts";
import type { Command } from "../command.ts";
import { clearProgress, FILE, failing, force, showProgress } from "./open.ts";

/** Letters that are written at once. */
const PIECE = 1 << 16;

export const dump: Command = {
  name: "dump",
  summary: "print every object: id, own size, retained size, distance, dominator's id",
  usage: "heap dump FILE",
  operands: [FILE],
  options: { force },
  details:
    "One line an object, in the file's order, for programs: `id selfSize retainedSize distance dominatorId`, sizes in bytes, distances as in DevTools (-5: nothing leads to it). The root is its own dominator.",

  async run(values) {
    const file = String(values[FILE.name]);
    const heap = failing(file, () => {
      if (!values.force) checkMemory([file]);
      return analyse(file, (step, share) => showProgress(file)({ step, share }));
    });
    clearProgress();
    try {
      await pipeline(Readable.from(pieces(heap)), process.stdout, { end: false });
    } catch (error) {
      // Whoever reads has enough: `| head`.
      if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
    }
    return 0;
  },
};

function* pieces({ tables, retainedSizes, distances, dominators }: HeapSnapshot): Generator<string> {
  const { nodeIds, selfSizes } = tables;
  let text = "";
  for (let node = 0; node < nodeIds.length; node++) {
    text += `${nodeIds[node]} ${selfSizes[node]} ${retainedSizes[node]} ${distances[node]} ${nodeIds[dominators[node] ?? node]}\n`;
    if (text.length < PIECE) continue;
    yield text;
    text = "";
  }
  yield text;
}
