import type { Recorder } from "./recorder.ts";
import { activeSpan } from "./span.ts";

/** Times `fn` as a response: what it returns is returned, what it throws is thrown; `given` is `more` of `Recorder.response`. */
export function measure<T>(recorder: Recorder, queryType: string, given: string, fn: () => T): T {
  const more = given + activeSpan();
  const start = performance.now();
  let result: T;
  try {
    result = fn();
  } catch (error) {
    recorder.failure(queryType, start, error, more);
    throw error;
  }
  if (!isThenable(result)) {
    recorder.response(queryType, start, performance.now() - start, "ok", more);
    return result;
  }
  const ended = () => recorder.response(queryType, start, performance.now() - start, "ok", more);
  const failed = (error: unknown) => recorder.failure(queryType, start, error, more);
  // A promise with a class of its own has methods that the caller may want: it is watched and given back itself.
  if (result instanceof Promise && result.constructor !== Promise) {
    result.then(ended, failed);
    return result;
  }
  // Any other is followed, once: a query builder runs each time that its then() is called. An error nobody catches
  // stays an unhandled rejection.
  return result.then(
    (value: unknown) => {
      ended();
      return value;
    },
    (error: unknown) => {
      failed(error);
      throw error;
    },
  ) as T;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
