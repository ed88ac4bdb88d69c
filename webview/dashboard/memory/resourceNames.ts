import type { WatchedResource } from "../../../src/model/leaks.ts";

type Named = Pick<WatchedResource, "name" | "attributes">;

/** A resource's name as a title, and as a sentence has it; `many`: with a verb in the plural. */
interface Words {
  title: string;
  subject: string;
  many?: boolean;
}

const one = (title: string, subject: string): Words => ({ title, subject });
const many = (title: string, subject: string): Words => ({ title, subject, many: true });

const words: Record<string, Words> = {
  "v8js.memory.heap.used": one("Heap", "the heap"),
  "agent_vitals.v8js.memory.heap.after_collection": one("Heap after GC", "the heap"),
  "v8js.memory.external": one("Buffers", "memory outside of the heap"),
  "process.memory.usage": one("RSS", "the process's memory"),
  "process.unix.file_descriptor.count": many("File descriptors", "open file descriptors"),
  "process.thread.count": many("Threads", "threads"),
  "agent_vitals.process.count": many("Processes", "processes"),
  "agent_vitals.process.sockets": many("Sockets", "sockets"),
  "agent_vitals.process.gpu.memory": one("GPU memory", "the GPU memory"),
  "agent_vitals.nodejs.handles": many("Handles", "open handles"),
  "agent_vitals.nodejs.timers": many("Timers", "timers"),
  "agent_vitals.nodejs.listener_warnings": many("Listener warnings", "warnings of too many listeners"),
  "agent_vitals.python.objects": many("Python objects", "Python's objects"),
  "agent_vitals.python.blocks": many("Python blocks", "Python's memory blocks"),
};

/** What tells two resources of one name apart. */
export function resourceKey({ name, attributes = {} }: Named): string {
  const parts = Object.entries(attributes).map(([key, value]) => `${key}=${value}`);
  return [name, ...parts.sort()].join("\u0000");
}

/** `Heap after GC`, `GPU memory 0`, `Heap (worker 3)`. */
export function resourceTitle({ name, attributes }: Named): string {
  const [bare, thread] = apart(name);
  const told = Object.values(attributes ?? {});
  return [wordsOf(bare).title, ...told].join(" ") + thread;
}

/** `the heap`, `open file descriptors`: within a sentence. */
export function resourceSubject({ name }: Named): string {
  const [bare, thread] = apart(name);
  return `${wordsOf(bare).subject}${thread}`;
}

/** Whether its verb is in the plural. */
export const isPlural = ({ name }: Named): boolean => wordsOf(apart(name)[0]).many ?? false;

/** Sizes of V8's own heap. */
export const isHeap = ({ name }: Named): boolean => name.includes("v8js.memory.heap");

/** ` (worker 3)` is a worker thread's. */
function apart(name: string): [bare: string, thread: string] {
  const thread = / \(worker \d+\)$/.exec(name)?.[0] ?? "";
  return [name.slice(0, name.length - thread.length), thread];
}

function wordsOf(name: string): Words {
  if (Object.hasOwn(words, name)) return words[name] ?? one(name, name);
  // A metric's last parts name it well enough: `nodejs.active.timers` → `Active timers`.
  const said = name.split(".").slice(-2).join(" ").replaceAll("_", " ");
  return one(said.slice(0, 1).toUpperCase() + said.slice(1), said);
}
