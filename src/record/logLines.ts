import type { Severity } from "../model/severity.ts";
import { Ring } from "./ring.ts";

const LINES_KEPT = 2000;

export interface LogLine {
  time: number;
  severity: Severity;
  message: string;
  traceId?: string;
}

/** The last log lines that an agent told by its client or by OpenTelemetry. */
export class LogLines {
  readonly #ring = new Ring<LogLine>(LINES_KEPT);

  add(line: LogLine): void {
    this.#ring.push(line);
  }

  /**
   * Lines of some traces, and those of a time that name no trace (a client's); all lines where neither is asked for.
   * Oldest first, at most `limit`, the latest.
   */
  query(where: { traces?: readonly string[]; from?: number; to?: number }, limit = 200): LogLine[] {
    const { traces, from = 0, to = Number.POSITIVE_INFINITY } = where;
    const found = this.#ring.from(0).filter(({ time, traceId }) => {
      if (traces && traceId !== undefined) return traces.includes(traceId);
      return time >= from && time <= to;
    });
    return found.slice(-limit);
  }
}
