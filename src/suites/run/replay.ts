import { extname } from "node:path";
import { csvRows } from "../data/csv.ts";
import { jsonlRows } from "../data/jsonl.ts";
import { linesOf } from "../data/lines.ts";

/** Of an arrival in a file. */
const COLUMNS = ["time", "start", "timestamp"];

/** Recorded arrivals as seconds from the first one, rising. @throws with the line that is wrong */
export async function arrivalsOf(file: string): Promise<number[]> {
  const times: number[] = [];
  for await (const time of timesOf(file)) times.push(time);
  return times;
}

/** From the first one on, at another speed. @throws when there are too few */
export function replayed(times: readonly number[], speed: number): Float64Array {
  if (times.length === 0) throw new Error("There is no recorded request to replay.");
  const sorted = Float64Array.from(times).sort();
  const first = sorted[0] ?? 0;
  return sorted.map((time) => (time - first) / speed);
}

async function* timesOf(file: string): AsyncGenerator<number> {
  const ending = extname(file).toLowerCase();
  if (ending === ".csv" || ending === ".jsonl") {
    const rows: AsyncIterable<Record<string, unknown>> = ending === ".csv" ? csvRows(file) : jsonlRows(file);
    let number = 0;
    for await (const row of rows) {
      number++;
      const name = COLUMNS.find((column) => Object.hasOwn(row, column));
      if (name === undefined) throw new Error(`${file}: row ${number} has none of ${COLUMNS.join(", ")}.`);
      yield secondsOf(row[name], `${file}: row ${number}`);
    }
    return;
  }
  for await (const [line, number] of linesOf(file))
    if (line.trim() !== "") yield secondsOf(line.trim(), `${file}:${number}`);
}

function secondsOf(value: unknown, where: string): number {
  const time = typeof value === "string" && value !== "" ? Number(value) : value;
  if (typeof time === "number" && Number.isFinite(time)) return time;
  throw new Error(`${where}: is no time in seconds.`);
}
