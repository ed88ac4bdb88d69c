import { growthWords } from "../evidence.ts";
import type { PythonRule } from "./rule.ts";

export const threads: PythonRule = {
  id: "threads",
  applies: ({ holder }) => /^(\w*Thread|Process|Popen)$/.test(holder.class),
  explain: (evidence) => `Threads or processes are started and never end: ${growthWords(evidence)}.`,
  advice:
    "Start work in one concurrent.futures.ThreadPoolExecutor with max_workers, made once; give what a thread waits for a timeout, and join() or wait() for each.",
};
