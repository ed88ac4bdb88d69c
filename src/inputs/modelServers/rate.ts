/**
 * The growth of a counter a second, from one look to the next. `against` counts the seconds: the clock, or the
 * server's own time spent. Undefined at the first look, after a reset, and while no seconds went by.
 */
export class Rate {
  #last: { count: number; against: number } | undefined;

  next(count: number | undefined, against: number | undefined): number | undefined {
    const last = this.#last;
    this.#last = count === undefined || against === undefined ? undefined : { count, against };
    if (!last || count === undefined || against === undefined) return undefined;
    // A counter that is lower than before began anew with its server.
    if (count < last.count || against <= last.against) return undefined;
    return (count - last.count) / (against - last.against);
  }
}
