import { holderWords, type LeakRule } from "./rule.ts";

const BYTES =
  /^(Buffer|ArrayBuffer|SharedArrayBuffer|DataView|(Uint|Int|Float|BigInt|BigUint)\d+(Clamped)?Array)$|ArrayBufferData/;

export const buffers: LeakRule = {
  id: "buffers",
  applies: ({ className, type }) => BYTES.test(className) || type === "native",
  explain: (evidence) =>
    `Memory outside of V8's heap is kept: ${evidence.growth.added} more buffers are in ${holderWords(evidence)} than at the beginning.`,
  advice:
    "Drop a chunk once it is sent or written, and bound what is queued. A small slice keeps the whole Buffer that it was cut from: copy it with Buffer.from(slice).",
};
