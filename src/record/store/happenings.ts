import type { RecordedEvent, RecordedRun } from "../../model/series.ts";
import type { Sql } from "./sql.ts";

const MOST_WAITING = 5000;

/** Runs and events of one workspace. */
export class Happenings {
  readonly #sql: Sql;
  readonly #workspace: number;
  #runs = new Map<string, RecordedRun>();
  #events: RecordedEvent[] = [];

  constructor(sql: Sql, workspace: number) {
    this.#sql = sql;
    this.#workspace = workspace;
  }

  run(run: RecordedRun): void {
    if (this.#runs.size < MOST_WAITING || this.#runs.has(run.id)) this.#runs.set(run.id, run);
  }

  event(event: RecordedEvent): void {
    if (this.#events.length < MOST_WAITING) this.#events.push(event);
  }

  /** Writes what is new; within a transaction. Call {@link written} once that is committed. */
  write(): void {
    for (const run of this.#runs.values())
      this.#sql.run(
        "INSERT OR REPLACE INTO run (workspace, id, agent, start, end, data) VALUES (?, ?, ?, ?, ?, ?)",
        this.#workspace,
        run.id,
        run.agent,
        run.start,
        run.end ?? null,
        JSON.stringify(run),
      );
    for (const event of this.#events)
      this.#sql.run(
        "INSERT OR REPLACE INTO event (workspace, time, agent, kind, label, data) VALUES (?, ?, ?, ?, ?, ?)",
        this.#workspace,
        event.time,
        event.agent ?? "",
        event.kind,
        event.label,
        JSON.stringify(event),
      );
  }

  written(): void {
    this.#runs = new Map();
    this.#events = [];
  }

  forget(agent: string | undefined): void {
    for (const [id, run] of this.#runs) if (agent === undefined || run.agent === agent) this.#runs.delete(id);
    this.#events = this.#events.filter((event) => agent !== undefined && event.agent !== agent);
  }

  /** Runs that lived within the range, in order of their start. */
  runs(from: number, to: number, agent: string | null | undefined): RecordedRun[] {
    const rows = this.#sql.all(
      "SELECT id, data FROM run WHERE workspace = ? AND start < ? AND coalesce(end, 1e18) >= ?",
      this.#workspace,
      to,
      from,
    );
    const all = new Map(rows.map(({ id, data }) => [String(id), JSON.parse(String(data)) as RecordedRun]));
    for (const [id, run] of this.#runs)
      if (run.start < to && (run.end ?? Number.POSITIVE_INFINITY) >= from) all.set(id, run);
      else all.delete(id);
    return [...all.values()]
      .filter((run) => agent === undefined || run.agent === agent)
      .sort((a, b) => a.start - b.start);
  }

  one(id: string): RecordedRun | undefined {
    const waiting = this.#runs.get(id);
    if (waiting) return waiting;
    const row = this.#sql.get("SELECT data FROM run WHERE workspace = ? AND id = ?", this.#workspace, id);
    return row && (JSON.parse(String(row.data)) as RecordedRun);
  }

  /** The highest number that a run of this agent had; 0 before the first. */
  lastNumber(agent: string): number {
    const row = this.#sql.get(
      "SELECT max(json_extract(data, '$.number')) AS number FROM run WHERE workspace = ? AND agent = ?",
      this.#workspace,
      agent,
    );
    const waiting = [...this.#runs.values()].filter((run) => run.agent === agent).map((run) => run.number);
    return Math.max(0, Number(row?.number ?? 0), ...waiting);
  }

  /** Of an agent also what happened to the machine. */
  events(from: number, to: number, agent: string | null | undefined): RecordedEvent[] {
    const rows = this.#sql.all(
      "SELECT data FROM event WHERE workspace = ? AND time >= ? AND time < ? ORDER BY time",
      this.#workspace,
      from,
      to,
    );
    const stored = rows.map(({ data }) => JSON.parse(String(data)) as RecordedEvent);
    const waiting = this.#events.filter(({ time }) => time >= from && time < to);
    const key = ({ time, agent: of = "", kind, label }: RecordedEvent) => `${time} ${of} ${kind} ${label}`;
    const all = new Map([...stored, ...waiting].map((event) => [key(event), event]));
    return [...all.values()]
      .filter((event) => agent === undefined || (event.agent ?? null) === agent || (agent !== null && !event.agent))
      .sort((a, b) => a.time - b.time);
  }
}
