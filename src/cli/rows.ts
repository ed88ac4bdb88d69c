import { formatCount, formatDuration } from "../model/format.ts";
import type { ResponseRow } from "../model/state.ts";
import { print, printable, styled } from "./output.ts";
import { type Column, tableLine } from "./table.ts";

/** Rows are printed this often, seconds. */
const INTERVAL = 1;
/** A row waits so long for what another door may still tell of it (model, tokens, that it was the same as another). */
const PATIENCE = 0.5;
/** More of them in a second nobody reads. */
const MOST_ROWS = 40;

interface LiveColumn extends Column {
  width: number;
  cell(row: ResponseRow, agent: string): string;
}

const agentColumn: LiveColumn = { title: "Agent", width: 20, cell: (_, agent) => printable(agent) };

const columns: readonly LiveColumn[] = [
  { title: "Time", width: 8, cell: ({ time }) => new Date(time * 1000).toTimeString().slice(0, 8) },
  { title: "Query type", width: 12, cell: ({ queryType }) => printable(queryType) },
  { title: "Model", width: 24, cell: ({ model }) => (model === undefined ? "–" : printable(model)) },
  { title: "Duration", width: 9, right: true, cell: ({ duration }) => formatDuration(duration) },
  {
    title: "First token",
    width: 11,
    right: true,
    cell: ({ timeToFirstToken }) => (timeToFirstToken === undefined ? "–" : formatDuration(timeToFirstToken)),
  },
  { title: "Tokens", width: 15, right: true, cell: tokens },
  { title: "Outcome", width: 9, cell: outcome },
];

/** Responses as they come, one line each, printed once a second. */
export class LiveRows {
  readonly #columns: readonly LiveColumn[];
  readonly #held = new Map<string, { agent: string; row: ResponseRow; since: number }>();
  /** By agent: rows up to this one were printed or are of no interest; what changes in them is told no more. */
  readonly #done = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  /** Prints the header. `agents`: with a column for the agent's name. */
  constructor({ agents }: { agents: boolean }) {
    const [time, ...rest] = columns;
    this.#columns = agents && time ? [time, agentColumn, ...rest] : columns;
    const titles = this.#columns.map(({ title }) => title);
    print(styled("bold", this.#line(titles)));
    this.#timer = setInterval(() => this.#print(PATIENCE), INTERVAL * 1000);
  }

  /** What came before is no news. */
  skip(agent: string, rows: readonly ResponseRow[]): void {
    for (const { index } of rows) this.#done.set(agent, Math.max(index, this.#done.get(agent) ?? -1));
  }

  add(agent: string, rows: readonly ResponseRow[]): void {
    for (const row of rows) {
      const key = `${row.index} ${agent}`;
      const held = this.#held.get(key);
      if (row.gone) this.#held.delete(key);
      else if (held) held.row = row;
      else if (row.index > (this.#done.get(agent) ?? -1))
        this.#held.set(key, { agent, row, since: performance.now() / 1000 });
    }
  }

  /** Prints what is left. */
  end(): void {
    clearInterval(this.#timer);
    this.#print(0);
  }

  #print(patience: number): void {
    const now = performance.now() / 1000;
    const ready = [...this.#held].filter(([, { since }]) => now - since >= patience);
    for (const [key, { agent, row }] of ready) {
      this.#held.delete(key);
      this.skip(agent, [row]);
    }
    const shown = ready.map(([, held]) => held).sort((a, b) => a.row.time - b.row.time);
    const left = shown.splice(0, Math.max(0, shown.length - MOST_ROWS));
    if (left.length > 0) print(styled("dim", "… more than fit here; the summary counts all"));
    for (const { agent, row } of shown) print(this.#line(this.#columns.map((column) => column.cell(row, agent))));
  }

  #line(cells: readonly string[]): string {
    return tableLine(
      this.#columns,
      this.#columns.map(({ width }) => width),
      cells,
    );
  }
}

function tokens({ inputTokens, outputTokens }: ResponseRow): string {
  if (inputTokens === undefined && outputTokens === undefined) return "–";
  return [inputTokens, outputTokens].map((n) => (n === undefined ? "–" : formatCount(n))).join(" → ");
}

function outcome({ outcome, errorType }: ResponseRow): string {
  if (outcome === "ok") return styled("green", "ok");
  if (outcome === "cancelled") return "cancelled";
  return styled("red", errorType === undefined ? "error" : `error: ${printable(errorType)}`);
}
