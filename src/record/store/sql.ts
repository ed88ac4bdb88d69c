import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";

export type Row = Record<string, SQLOutputValue>;

/** A database whose statements are prepared once. */
export class Sql {
  readonly db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.db = db;
  }

  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }
  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#statement(sql).get(...values);
  }
  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#statement(sql).all(...values);
  }
  /** Rows as arrays, in the order of their columns: many rows are read sooner so. */
  columns(sql: string, ...values: SQLInputValue[]): SQLOutputValue[][] {
    const statement = this.#statement(`${sql} `);
    // Since Node 22.16.
    if (!("setReturnArrays" in statement)) return this.all(sql, ...values).map((row) => Object.values(row));
    statement.setReturnArrays(true);
    return statement.all(...values) as unknown as SQLOutputValue[][];
  }
  /** Rows one by one; the statement is this iteration's own. */
  iterate(sql: string, ...values: SQLInputValue[]): IterableIterator<Row> {
    return this.db.prepare(sql).iterate(...values);
  }

  /** All or nothing; other processes wait. */
  transaction(work: () => void): void {
    this.#statement("BEGIN IMMEDIATE").run();
    try {
      work();
      this.#statement("COMMIT").run();
    } catch (error) {
      // A full disk may have rolled it back already.
      if (this.db.isTransaction) this.db.exec("ROLLBACK");
      throw error;
    }
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
