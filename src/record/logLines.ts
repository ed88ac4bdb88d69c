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

  /** Oldest first, at most `limit`, the latest. */
  query(where: { traceId?: string; from?: number; to?: number }, limit = 200): LogLine[] {
    const { traceId, from = 0, to = Number.POSITIVE_INFINITY } = where;
    const found = this.#ring
      .from(0)
      .filter((l) => l.time >= from && l.time <= to && (traceId === undefined || l.traceId === traceId));
    return found.slice(-limit);
  }
}
