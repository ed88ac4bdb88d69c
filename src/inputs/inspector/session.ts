import type { EventParameters, ParametersOf, ResultOf } from "./methods.ts";

/** Seconds that a request may take when nothing else is said. */
const DEADLINE = 5;

/** The target did not answer in time. */
export class NoAnswer extends Error {}

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

interface Message {
  id?: number;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { message?: string; code?: number };
}

/** Requests and events of one thread of the target, with message numbers of its own. */
export class Session {
  readonly #post: (text: string) => void;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, Set<(params: never) => void>>();
  #lastId = 0;
  #ended: Error | undefined;

  /** `post` takes the text of a message to the target. */
  constructor(post: (text: string) => void) {
    this.#post = post;
  }

  /**
   * Sends a request; `deadline` in seconds, 5 by default.
   * @throws {NoAnswer} after the deadline; an Error when the target refuses or the session has ended
   */
  send<M extends string>(method: M, params: ParametersOf<M>, deadline = DEADLINE): Promise<ResultOf<M>> {
    return new Promise<unknown>((resolve, reject) => {
      if (this.#ended) throw this.#ended;
      const id = ++this.#lastId;
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new NoAnswer(`The inspector did not answer ${method} within ${Number(deadline.toFixed(1))} s.`));
      }, deadline * 1000);
      this.#waiting.set(id, { resolve, reject: (error) => reject(error), timer });
      this.#post(JSON.stringify({ id, method, params }));
    }) as Promise<ResultOf<M>>;
  }

  /** Calls the listener at each such event, in the order in which they come, until the returned function is called. */
  on<E extends string>(event: E, listener: (params: EventParameters<E>) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /**
   * Takes a message from the target.
   * @throws when it is no CDP message
   */
  receive(text: string): void {
    const message = JSON.parse(text) as Message | null;
    if (typeof message !== "object" || message === null) throw new SyntaxError("not an object");
    if (message.method !== undefined) {
      for (const listener of [...(this.#listeners.get(message.method) ?? [])]) listener(message.params as never);
      return;
    }
    const waiting = this.#waiting.get(message.id ?? 0);
    if (!waiting) return;
    this.#waiting.delete(message.id ?? 0);
    clearTimeout(waiting.timer);
    if (message.error) waiting.reject(new Error(message.error.message ?? "The inspector refused without a reason."));
    else waiting.resolve(message.result);
  }

  /** Rejects all that waits, and all that comes later, with this error. */
  end(error: Error): void {
    this.#ended ??= error;
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(this.#ended);
    }
    this.#waiting.clear();
  }
}

/**
 * The value of an expression in the session's thread; it must be JSON. A debugger does not stop in it. `awaitPromise`
 * waits for a promise's value, for which the thread's event loop must turn; without it a busy loop answers too.
 * @throws what the expression threw, as an Error with its description
 */
export async function evaluate<T>(
  session: Pick<Session, "send">,
  expression: string,
  deadline?: number,
  awaitPromise = false,
  includeCommandLineAPI = true,
): Promise<T> {
  const { result, exceptionDetails } = await session.send(
    "Runtime.evaluate",
    // Node before 20.16 has no other way to its modules from outside of one than the command line API's `require`.
    { expression, awaitPromise, returnByValue: true, silent: true, includeCommandLineAPI },
    deadline,
  );
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result?.value as T;
}
