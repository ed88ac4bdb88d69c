import type { ResponseRow } from "../model/state.ts";
import type { Counted } from "./join/counted.ts";
import { Ring } from "./ring.ts";

const ROWS_KEPT = 500;

/** The last responses, for a table. */
export class ResponseRows {
  readonly #ring = new Ring<Counted>(ROWS_KEPT);
  /** Sent before, and changed since. */
  readonly #changed = new Set<Counted>();
  #sent = 0;

  /** A response was counted; for the second time when another door told more of it. */
  add(one: Counted): void {
    if (one.row >= 0) {
      this.change(one);
      return;
    }
    one.row = this.#ring.next;
    this.#ring.push(one);
  }

  change(one: Counted): void {
    if (one.row >= 0 && one.row < this.#sent) this.#changed.add(one);
  }

  /** The last `limit`, oldest first; they count as sent. */
  all(limit: number): ResponseRow[] {
    this.#sent = this.#ring.next;
    this.#changed.clear();
    return this.#ring
      .from(0, limit)
      .filter((one) => !one.gone)
      .map(rowOf);
  }

  /** What came or changed since the last call of this or of {@link all}; of what came at most the last `limit`. */
  news(limit: number): ResponseRow[] {
    const changed = [...this.#changed].map(rowOf);
    const news = this.#ring.from(this.#sent, limit).filter((one) => !one.gone);
    this.#changed.clear();
    this.#sent = this.#ring.next;
    return [...changed, ...news.map(rowOf)];
  }
}

function rowOf({ response, door, row, gone }: Counted): ResponseRow {
  const { queryType, start, duration, timeToFirstToken, outcome, errorType, model, inputTokens, outputTokens, turnId } =
    response;
  return {
    index: row,
    time: start + duration,
    queryType,
    duration,
    outcome,
    ...(timeToFirstToken !== undefined && { timeToFirstToken }),
    ...(errorType !== undefined && { errorType }),
    ...(model !== undefined && { model }),
    ...(inputTokens !== undefined && { inputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
    ...(turnId !== undefined && { turnId }),
    ...(door !== "sdk" && { door }),
    ...(gone && { gone }),
  };
}
