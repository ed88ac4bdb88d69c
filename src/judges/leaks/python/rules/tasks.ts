import { growthWords, holderWords } from "../evidence.ts";
import type { PythonRule } from "./rule.ts";

export const tasks: PythonRule = {
  id: "tasks",
  applies: ({ holder }) => /^(\w*Task|\w*Future|coroutine|async_generator)$/.test(holder.class),
  explain: (evidence) =>
    `Tasks that never end, or those who wait for them, are kept in ${holderWords(evidence)}: ${growthWords(evidence)}, each with the variables of its coroutine.`,
  advice:
    "Let each task end: give what it waits for a time limit (asyncio.timeout, asyncio.wait_for), cancel it when its turn is over, or start it in an asyncio.TaskGroup. Take it out of the collection by task.add_done_callback(tasks.discard).",
};
