import type { Outcome } from "./api.ts";
import { unixTime } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { Fold } from "./fold.ts";
import { quote, seconds, text } from "./json.ts";

const MAX_QUERY_TYPES = 256;

interface QueryType {
  name: string;
  /** The head of its response lines, made once. */
  head: string;
  session: Fold;
}

/** Where all responses of a monitor go: into the queue, or into the fold when it is full, and into the session's sums. */
export class Recorder {
  readonly connection: Connection;
  readonly queryTypes = new Map<string, QueryType>();

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /**
   * Counts a response. `start` is a `performance.now()` or `Date.now()` value, durations are milliseconds, `more` is
   * further members of its JSON line, each with a leading comma.
   */
  response(queryType: string, start: number, duration: number, outcome: Outcome, more = "", firstToken?: number): void {
    if (this.connection.stopped) return;
    const type = this.queryTypes.get(queryType) ?? this.#add(queryType);
    const unixStart = unixTime(start);
    const { outbox } = this.connection;
    type.session.add(unixStart + duration, duration, outcome, firstToken);
    if (outbox.full) {
      outbox.fold(type.name, unixStart + duration, duration, outcome, firstToken);
      return;
    }
    const first = firstToken === undefined ? "" : `,"timeToFirstToken":${seconds(firstToken)}`;
    outbox.append(
      `${type.head}${seconds(unixStart)},"duration":${seconds(duration)},"outcome":"${outcome}"${first}${more}}`,
    );
  }

  /** Counts a response that ended now by throwing `error`. */
  failure(queryType: string, start: number, error: unknown, more: string): void {
    const duration = performance.now() - start;
    const { name } = (error ?? {}) as Partial<Error>;
    const errorType = quote(text(name, 256, typeof error));
    if (name === "AbortError") this.response(queryType, start, duration, "cancelled", more);
    else this.response(queryType, start, duration, "error", `,"errorType":${errorType}${more}`);
  }

  #add(queryType: unknown): QueryType {
    const given = text(queryType, 256, "other");
    const name = this.queryTypes.size < MAX_QUERY_TYPES ? given : "other";
    const known = this.queryTypes.get(name);
    if (known) return known;
    const head = `{"type":"response","queryType":${quote(name)},"start":`;
    const type = { name, head, session: new Fold() };
    this.queryTypes.set(name, type);
    return type;
  }
}
