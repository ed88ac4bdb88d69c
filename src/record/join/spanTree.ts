import type { Role } from "../../model/observed.ts";
import type { Counted } from "./counted.ts";
import { Generations } from "./generations.ts";

/** A chain of spans longer than this is a loop or nothing that a person wrote. */
const MAX_DEPTH = 64;
const LIMIT = 50_000;

/** A span, or one that was only named as a parent so far. One object for all that is known: a lookup costs most. */
interface Node {
  /** It came itself. */
  known: boolean;
  parent: string | undefined;
  role: Role | undefined;
  /** The call that this span itself is counted as. */
  call: Counted | undefined;
  /** A counted call within it. */
  inner: Counted | undefined;
}

/**
 * Which call lies within which. One call may come as several nested spans (a framework's, an SDK's, an HTTP client's):
 * the deepest of its role is the call, those around it tell of it again. Spans come in any order, parents mostly after
 * their children.
 */
export class SpanTree {
  readonly #nodes = new Generations<string, Node>(LIMIT);

  /** @returns false when this span was here before */
  add(spanId: string, parent: string | undefined, role: Role | undefined): boolean {
    const node = this.#nodes.get(spanId);
    if (!node) {
      this.#nodes.set(spanId, { known: true, parent, role, call: undefined, inner: undefined });
      return true;
    }
    if (node.known) return false;
    Object.assign(node, { known: true, parent, role });
    // Its child came first, and waited here for the way on to the root.
    if (node.inner && parent !== undefined && passes(role)) this.#announce(parent, node.inner);
    return true;
  }

  /** A counted call and its span. */
  setCall(spanId: string, call: Counted, parent: string | undefined): void {
    this.#node(spanId).call = call;
    if (parent !== undefined) this.#announce(parent, call);
  }

  /** The call of this span itself. */
  call(spanId: string): Counted | undefined {
    return this.#nodes.get(spanId)?.call;
  }

  /** A counted call of this role within this span. */
  within(spanId: string, role: Role): Counted | undefined {
    const inner = this.anyWithin(spanId);
    return inner?.role === role ? inner : undefined;
  }

  /** A counted call within this span. */
  anyWithin(spanId: string): Counted | undefined {
    const inner = this.#nodes.get(spanId)?.inner;
    return inner?.gone ? undefined : inner;
  }

  /** The nearest counted call of this role around a span that lies deeper: its own span is no call any more. */
  takeAround(parent: string | undefined, role: Role): Counted | undefined {
    for (const node of this.#upwards(parent)) {
      const { call } = node;
      if (call && !call.gone && call.role === role) {
        node.call = undefined;
        return call;
      }
      if (!passes(node.role)) return undefined;
    }
    return undefined;
  }

  /** The spans around this one, innermost first, as far as they came. */
  *ancestors(spanId: string): Generator<string> {
    let at = this.#nodes.get(spanId)?.parent;
    for (let depth = 0; at !== undefined && depth < MAX_DEPTH; depth++) {
      yield at;
      at = this.#nodes.get(at)?.parent;
    }
  }

  /** Forgets what is two turns old. */
  turn(): void {
    this.#nodes.turn();
  }

  #announce(from: string, call: Counted): void {
    let at: string | undefined = from;
    for (let depth = 0; at !== undefined && depth < MAX_DEPTH; depth++) {
      const node = this.#node(at);
      if (node.inner === call) return;
      node.inner = call;
      if (!passes(node.role)) return;
      at = node.parent;
    }
  }

  #node(spanId: string): Node {
    const there = this.#nodes.get(spanId);
    if (there) return there;
    const node: Node = { known: false, parent: undefined, role: undefined, call: undefined, inner: undefined };
    this.#nodes.set(spanId, node);
    return node;
  }

  *#upwards(from: string | undefined): Generator<Node> {
    let at = from;
    for (let depth = 0; at !== undefined && depth < MAX_DEPTH; depth++) {
      const node = this.#nodes.get(at);
      if (!node) return;
      yield node;
      at = node.parent;
    }
  }
}

/** A tool or a search that calls a model is not that call: what lies within it is something else. */
function passes(role: Role | undefined): boolean {
  return role !== "tool" && role !== "retrieval";
}
