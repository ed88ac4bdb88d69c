import type { HeapSnapshot } from "../../../heap/heapSnapshot.ts";
import { isDictionary } from "../../../heap/paths/sites.ts";
import type { HeapPathStep } from "../../../model/heap.ts";

/** By which an emitter or a target of events holds what it calls. */
export const EVENTS = /^_events$|kEvents/;
const TIMER = /^(TimersList|Timeout|Immediate)$/;
export const STORE = /async_context_frame|kResourceStore|AsyncContextFrame/;
/** Names by which Node's own code holds things: a developer never wrote them. */
const INNER =
  /^(this|_events|_onTimeout|_timerArgs|_idleNext|_idlePrev|_list|next|prev|previous|list|listener|callback|\[.*|__proto__|data|Symbol\(.*|k[A-Z]\w*|<symbol (k[A-Z]|node:|nodejs\.|undici|async_|resource|shapeMode|trigger|owner|handle|timer).*|<symbol>|context|elements|table|#signal|timerListMap|loadCache|#resolveCache|\d+)$/;

/** A list of Node's own, which holds what it serves. */
export type NodesList = "listeners" | "timers" | "async context";

/** What the developer's own names say of a way outward. */
export class Holder {
  readonly #heap: HeapSnapshot;
  readonly #steps: readonly HeapPathStep[];
  readonly #className: string;

  /** @param className of what is held */
  constructor(heap: HeapSnapshot, steps: readonly HeapPathStep[], className: string) {
    this.#heap = heap;
    this.#steps = steps;
    this.#className = className;
  }

  /** Place of the nearest step by a name that the developer gave; -1 where there is none. */
  get nearest(): number {
    return this.#steps.findIndex((_, at) => this.#isNamed(at));
  }

  /** The nearest name that the developer gave. */
  get variable(): string | undefined {
    const name = this.#steps[this.nearest]?.edge.name;
    return name?.replace(/^"|"$/g, "").replace(/^<symbol (.*)>$/, "Symbol($1)");
  }

  /**
   * The list of Node's that it stands in. One further out, behind a name or a function of the developer's, only serves
   * what holds it: a server's listener sees the program's variables, and Node's own timer sees the server.
   */
  get list(): NodesList | undefined {
    const { nearest } = this;
    for (const { edge, holder, place } of nearest === -1 ? this.#steps : this.#steps.slice(0, nearest)) {
      if (EVENTS.test(edge.name) || holder.name === "Listener") return "listeners";
      if (edge.name === "_onTimeout" || TIMER.test(holder.name)) return "timers";
      if (STORE.test(edge.name) || STORE.test(holder.name)) return "async context";
      if (holder.type === "closure" && !isNodes(place?.file)) return undefined;
    }
    return undefined;
  }

  /** The way as far as the developer's own names lead: how Node and V8 hold these tells nothing. */
  get told(): HeapPathStep[] {
    const { nearest } = this;
    // Without a name, as far as an object or a function of the developer's.
    const own = this.#steps.findIndex(({ place }) => place?.file !== undefined && !isNodes(place.file));
    if (nearest === -1) return this.#steps.slice(0, own === -1 ? undefined : own + 1);
    let end = nearest;
    for (let at = nearest + 1; at < this.#steps.length; at++) {
      const { edge } = this.#steps[at]!;
      if (this.#isNamed(at)) end = at;
      else if (edge.kind !== "element" && edge.kind !== "entry") break;
    }
    const told = this.#steps.slice(0, end + 1);
    return [...told.slice(0, -1), this.#scope(end)];
  }

  /** Not an entry's key, an event's name, a list's link to its like, or what Node calls it. */
  #isNamed(at: number): boolean {
    const { edge, holder, place } = this.#steps[at]!;
    if (edge.kind !== "variable" && edge.kind !== "property") return false;
    if (INNER.test(edge.name) || EVENTS.test(this.#steps[at + 1]?.edge.name ?? "")) return false;
    if (isNodes(place?.file) && (edge.kind === "variable" || edge.name.startsWith("_"))) return false;
    // Node's functions are global, and see Node's lists.
    const held = this.#steps[at - 1];
    if (held?.holder.type === "closure" && isNodes(held.place?.file)) return false;
    // A static field of the class itself is no link of a list.
    if (holder.name === this.#className && holder.type !== "closure") return false;
    return !isDictionary(this.#heap, holder.node);
  }

  /** A module's variables by its file, those of a function without a name by where it stands. */
  #scope(at: number): HeapPathStep {
    const step = this.#steps[at]!;
    const { holder, place } = step;
    const file = place?.file?.split(/[\\/]/).at(-1);
    if (file === undefined || place === undefined) return step;
    const isModule = this.#steps.slice(at + 1, at + 4).some((outer) => outer.holder.name === "ModuleWrap");
    if (holder.name === "Generator" && isModule) return { ...step, words: file };
    if (holder.type !== "closure" || holder.name !== "") return step;
    return { ...step, words: `${step.words} (${file}:${place.line + 1})` };
  }
}

const isNodes = (file: string | undefined) => file?.startsWith("node:") === true;
