import type { RecordedResponse } from "../../model/series.ts";
import type { Sql } from "./sql.ts";

/** Of each second so many are kept one by one, whatever they are. */
const MOST_A_SECOND = 200;
/** Of what is more than that the slowest of each minute and query type, */
const SLOWEST = 20;
/** and failures, up to so many a minute. */
const MOST_ERRORS = 1000;
/** Rows that wait to be written while the disk has no room. */
const MOST_WAITING = 20_000;

export interface StoredResponse extends RecordedResponse {
  agent: string;
}

/** Single responses, as many as are worth a row each. */
export class Responses {
  readonly #sql: Sql;
  readonly #workspace: number;
  #waiting: StoredResponse[] = [];
  #taken: StoredResponse[] = [];
  #second = 0;
  #inSecond = 0;
  #minute = 0;
  #errors = 0;
  readonly #slow = new Map<string, StoredResponse[]>();

  constructor(sql: Sql, workspace: number) {
    this.#sql = sql;
    this.#workspace = workspace;
  }

  add(agent: string, response: RecordedResponse): void {
    const end = response.start + response.duration;
    const second = Math.floor(end);
    if (second !== this.#second) {
      this.#second = second;
      this.#inSecond = 0;
    }
    if (Math.floor(second / 60) !== this.#minute) this.#endMinute(Math.floor(second / 60));
    const one: StoredResponse = { ...response, agent };
    const failed = response.outcome === "error" && this.#errors++ < MOST_ERRORS;
    if (this.#inSecond++ < MOST_A_SECOND || failed) this.#wait(one);
    else this.#candidate(one);
  }

  retract(agent: string, response: RecordedResponse): void {
    const same = (one: StoredResponse) =>
      one.agent === agent &&
      one.queryType === response.queryType &&
      one.start === response.start &&
      one.duration === response.duration;
    for (const list of [this.#waiting, ...this.#slow.values()]) {
      const at = list.findLastIndex(same);
      if (at >= 0) {
        list.splice(at, 1);
        return;
      }
    }
    if (this.#taken.length < MOST_WAITING) this.#taken.push({ ...response, agent });
  }

  /** Writes what waits; within a transaction. Call {@link written} once that is committed. */
  write(all: boolean): void {
    if (all) this.#endMinute(this.#minute);
    for (const { agent, queryType, start, duration } of this.#taken)
      this.#sql.run(
        "DELETE FROM response WHERE id IN (SELECT id FROM response WHERE workspace = ? AND time = ? AND agent = ? AND query_type = ? AND duration = ? LIMIT 1)",
        this.#workspace,
        start + duration,
        agent,
        queryType,
        duration,
      );
    for (const one of this.#waiting) {
      const { agent, queryType, start, duration, outcome } = one;
      this.#sql.run(
        "INSERT INTO response (workspace, time, agent, query_type, duration, outcome, more) VALUES (?, ?, ?, ?, ?, ?, ?)",
        this.#workspace,
        start + duration,
        agent,
        queryType,
        duration,
        outcome,
        JSON.stringify(moreOf(one)),
      );
    }
  }

  written(): void {
    this.#waiting = [];
    this.#taken = [];
  }

  forget(agent: string | undefined): void {
    const stays = (one: StoredResponse) => agent !== undefined && one.agent !== agent;
    this.#waiting = this.#waiting.filter(stays);
    this.#taken = this.#taken.filter(stays);
    for (const [key, list] of this.#slow) this.#slow.set(key, list.filter(stays));
  }

  /** In order of time, by pages: a range may hold millions. */
  *read(from: number, to: number, agent: string | undefined): Iterable<StoredResponse> {
    let after = { time: from, id: -1 };
    for (;;) {
      const rows = this.#sql.all(
        `SELECT * FROM response WHERE workspace = ? AND (time, id) > (?, ?) AND time < ? ${agent === undefined ? "" : "AND agent = ?"} ORDER BY time, id LIMIT 1000`,
        this.#workspace,
        after.time,
        after.id,
        to,
        ...(agent === undefined ? [] : [agent]),
      );
      for (const row of rows) {
        const duration = Number(row.duration);
        yield {
          agent: String(row.agent),
          queryType: String(row.query_type),
          start: Number(row.time) - duration,
          duration,
          outcome: row.outcome as RecordedResponse["outcome"],
          ...(JSON.parse(String(row.more)) as object),
        };
      }
      const last = rows.at(-1);
      if (!last || rows.length < 1000) return;
      after = { time: Number(last.time), id: Number(last.id) };
    }
  }

  #wait(one: StoredResponse): void {
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(one);
  }

  #candidate(one: StoredResponse): void {
    const key = `${one.agent}\u0000${one.queryType}`;
    const list = this.#slow.get(key);
    if (!list) this.#slow.set(key, [one]);
    else if (list.length < SLOWEST) list.push(one);
    else {
      let fastest = 0;
      for (const [i, { duration }] of list.entries()) if (duration < (list[fastest]?.duration ?? 0)) fastest = i;
      if (one.duration > (list[fastest]?.duration ?? 0)) list[fastest] = one;
    }
  }

  #endMinute(next: number): void {
    for (const one of [...this.#slow.values()].flat()) this.#wait(one);
    this.#slow.clear();
    this.#minute = next;
    this.#errors = 0;
  }
}

/** What has no column of its own. Only what is named here: nothing else that a door told may come to lie on disk. */
function moreOf(one: RecordedResponse): object {
  const { start, timeToFirstToken, errorType, model, inputTokens, outputTokens, turnId, spanId, traceId } = one;
  return { start, timeToFirstToken, errorType, model, inputTokens, outputTokens, turnId, spanId, traceId };
}
