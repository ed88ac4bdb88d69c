import { failure, now, settle } from "../failure.ts";
import type { Exchange } from "../target.ts";

/** Makes of each request what is sent, once: most loads send few different requests again and again. */
export class Preparations<Request extends object, Prepared> {
  readonly #made = new WeakMap<Request, Prepared>();
  readonly #make: (request: Request) => Prepared;

  constructor(make: (request: Request) => Prepared) {
    this.#make = make;
  }

  /** What can't be made is a failed exchange: a file that is missing, a header that can't be sent. */
  with(request: Request, send: (prepared: Prepared) => Promise<Exchange>): Promise<Exchange> {
    let prepared = this.#made.get(request);
    if (prepared === undefined) {
      try {
        prepared = this.#make(request);
      } catch (error) {
        const sent = now();
        const unsent: Exchange = { outcome: "error", sent, ended: sent };
        return Promise.resolve(settle(unsent, sent, failure("failed", (error as Error).message)));
      }
      this.#made.set(request, prepared);
    }
    return send(prepared);
  }
}
