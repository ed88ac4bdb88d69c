import type { DeleteRecordParams } from "../../model/series.ts";
import { decodeRaw, decodeRolled, encodeRaw, encodeRolled, POINTS, type Resolution } from "./blocks.ts";
import type { Sql } from "./sql.ts";

/** Deletes what is asked for of one workspace, so that it can't be read from the file afterwards either. */
export function deleteRows(sql: Sql, workspace: number, { agent, from = 0, to = 1e15 }: DeleteRecordParams): void {
  const whole = from === 0 && to === 1e15;
  sql.db.exec("PRAGMA secure_delete = ON");
  try {
    sql.transaction(() => {
      const [name, names] = agent === undefined ? ["", []] : ["AND agent = ?", [agent]];
      const series = `series IN (SELECT id FROM series WHERE workspace = ? ${name})`;
      if (whole) {
        sql.run(`DELETE FROM sample WHERE ${series}`, workspace, ...names);
        sql.run(`DELETE FROM series WHERE workspace = ? ${name}`, workspace, ...names);
      } else blank(sql, series, [workspace, ...names], from, to);
      const kinds = `of IN (SELECT id FROM latency_of WHERE workspace = ? ${name})`;
      // A stretch that is only partly meant goes too: its responses can't be told apart any more.
      sql.run(`DELETE FROM latency WHERE ${kinds} AND t + resolution > ? AND t < ?`, workspace, ...names, from, to);
      if (whole) sql.run(`DELETE FROM latency_of WHERE workspace = ? ${name}`, workspace, ...names);
      sql.run(
        `DELETE FROM response WHERE workspace = ? ${name} AND time >= ? AND time < ?`,
        workspace,
        ...names,
        from,
        to,
      );
      sql.run(
        `DELETE FROM event WHERE workspace = ? ${name} AND time >= ? AND time < ?`,
        workspace,
        ...names,
        from,
        to,
      );
      sql.run(
        `DELETE FROM run WHERE workspace = ? ${name} AND start >= ? AND start < ?`,
        workspace,
        ...names,
        from,
        to,
      );
    });
    sql.db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } finally {
    sql.db.exec("PRAGMA secure_delete = OFF");
  }
}

/** Blocks that lie within the range go, those that reach into it lose their points there. */
function blank(sql: Sql, series: string, values: (string | number)[], from: number, to: number): void {
  const reach = "t + resolution * 60 > ? AND t < ?";
  for (const row of sql.all(
    `SELECT series, resolution, t, data FROM sample WHERE ${series} AND ${reach}`,
    ...values,
    from,
    to,
  )) {
    const [id, resolution, t] = [Number(row.series), Number(row.resolution) as Resolution, Number(row.t)];
    const inside = (i: number) => t + (i + 1) * resolution > from && t + i * resolution < to;
    const points = Array.from({ length: POINTS }, (_, i) => i).filter(inside);
    const data = row.data as Uint8Array;
    if (points.length === POINTS) {
      sql.run("DELETE FROM sample WHERE series = ? AND resolution = ? AND t = ?", id, resolution, t);
      continue;
    }
    const raw = resolution === 1 ? decodeRaw(data) : undefined;
    const rolled = raw ? undefined : decodeRolled(data);
    for (const i of points) {
      if (raw) raw[i] = Number.NaN;
      if (rolled) rolled.n[i] = 0;
    }
    const left = raw ? encodeRaw(raw) : encodeRolled(rolled ?? decodeRolled(data));
    sql.run("UPDATE sample SET data = ? WHERE series = ? AND resolution = ? AND t = ?", left, id, resolution, t);
  }
}
