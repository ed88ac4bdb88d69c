import { growthWords, holderWords } from "../evidence.ts";
import type { PythonRule } from "./rule.ts";

export const buffers: PythonRule = {
  id: "buffers",
  applies: ({ holder }) => /^(bytes|bytearray|memoryview|array|ndarray|Tensor)$/.test(holder.class),
  explain: (evidence) => `Chunks of bytes are kept in ${holderWords(evidence)}: ${growthWords(evidence)}.`,
  advice:
    "Drop a chunk once it is sent or written, and bound what is queued: collections.deque(maxlen=…). A memoryview, or a slice of an array or a tensor, keeps the whole that it was cut from: copy it.",
};
