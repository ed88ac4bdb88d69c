import type {
  Reading,
  RecordedEvent,
  RecordedResponse,
  RecordedRun,
  RecordedSummary,
  RecordSink,
} from "../../model/series.ts";
import type { ExportState } from "../../model/state.ts";
import { MinuteSummaries } from "./minuteSummaries.ts";
import { LOG_VERSION, type LogRecord } from "./records.ts";
import { RotatingFile } from "./rotatingFile.ts";

export type LogLevel = "info" | "notice" | "warning" | "error";

export interface PerformanceLogOptions {
  file: string;
  level: LogLevel;
  /** Bytes of one file. */
  maxSize: number;
  maxFiles: number;
  host: string;
  workspace: string;
  /** Unix seconds. */
  now: () => number;
  log: (severity: "info" | "warning" | "error", message: string) => void;
}

const LEVELS: readonly LogLevel[] = ["info", "notice", "warning", "error"];
/** Lines are written so often, ms. */
const WRITE_EVERY = 1000;
/** Lines that wait for a disk with room. */
const MOST_WAITING = 20_000;
const MINUTE = 60;

/** JSON Lines of what happens, for eyes and for other programs; written at most a second late. */
export function performanceLog(options: PerformanceLogOptions): PerformanceLog {
  return new PerformanceLog(options);
}

export class PerformanceLog implements RecordSink {
  readonly #options: PerformanceLogOptions;
  readonly #file: RotatingFile;
  readonly #timer: NodeJS.Timeout;
  readonly #summaries = new MinuteSummaries();
  #lines: string[] = [];
  /** Readings of the second that is gathered, by agent. */
  #values = new Map<string, Record<string, number>>();
  #second = 0;
  #minute: number;
  /** The file is there. */
  #begun = false;
  #lost = 0;
  #unsaid = 0;
  #message: string | undefined;

  constructor(options: PerformanceLogOptions) {
    const { file, maxSize, maxFiles, host, workspace, now } = options;
    this.#options = options;
    this.#minute = Math.floor(now() / MINUTE);
    const head = () =>
      JSON.stringify({ kind: "header", time: now(), version: LOG_VERSION, host, workspace, pid: process.pid });
    this.#file = new RotatingFile(file, { maxSize, maxFiles, head });
    this.#timer = setInterval(() => this.flush(), WRITE_EVERY);
    this.#timer.unref();
    this.flush();
  }

  state(): ExportState {
    const failed = this.#message === undefined ? {} : { message: this.#message };
    return {
      kind: "log",
      target: this.#options.file,
      state: this.#message === undefined ? "ok" : "failed",
      ...failed,
      ...(this.#lost > 0 && { lost: this.#lost }),
    };
  }

  readings(batch: readonly Reading[]): void {
    if (!this.#wants("info")) return;
    for (const { series, time, value } of batch) {
      if (Math.floor(time) !== this.#second) this.#endSecond(Math.floor(time));
      const agent = series.agent ?? "";
      const values = this.#values.get(agent) ?? {};
      this.#values.set(agent, values);
      if (Number.isFinite(value)) values[nameOf(series)] = value;
    }
  }

  response(agent: string, response: RecordedResponse): void {
    this.#summaries.count(agent, response, 1);
    if (this.#wants(response.outcome === "error" ? "error" : "info")) this.#add(lineOf(agent, response));
  }

  retract(agent: string, response: RecordedResponse): void {
    this.#summaries.count(agent, response, -1);
    if (this.#wants(response.outcome === "error" ? "error" : "info"))
      this.#add({ ...lineOf(agent, response), retracted: true });
  }

  summary(agent: string, summary: RecordedSummary): void {
    this.#summaries.merge(agent, summary);
  }

  run(run: RecordedRun): void {
    if (!this.#wants("notice")) return;
    const { id, agent, number, pid, start, end, exitCode, stopped, runtime, version } = run;
    this.#add({
      kind: "run",
      time: this.#options.now(),
      agent,
      id,
      number,
      pid,
      start,
      ...(end !== undefined && { end }),
      ...(exitCode !== undefined && { exitCode }),
      ...(stopped !== undefined && { stopped }),
      ...(runtime !== undefined && { runtime }),
      ...(version !== undefined && { version }),
    });
  }

  event({ time, agent, kind, label }: RecordedEvent): void {
    const severity =
      kind === "crash" ? "error" : kind === "alert" || kind === "gap" || kind === "leak" ? "warning" : "notice";
    if (!this.#wants(severity)) return;
    this.#add({ kind: "event", time, ...(agent !== undefined && { agent }), severity, event: kind, label });
  }

  /** Writes what waits; trouble is said once, and lines are kept until there is room. */
  flush(): void {
    const now = this.#options.now();
    if (this.#second < Math.floor(now) - 1) this.#endSecond(Math.floor(now));
    if (Math.floor(now / MINUTE) !== this.#minute) this.#endMinute(now);
    if (this.#lines.length === 0 && this.#begun) return;
    const waiting = [...this.#lines];
    if (this.#unsaid > 0)
      waiting.push(
        JSON.stringify({ kind: "lost", time: now, lines: this.#unsaid, reason: this.#message ?? "too many lines" }),
      );
    try {
      // What was written before a rotation failed must not be written again.
      this.#file.write(waiting, (count) => {
        this.#lines = waiting.slice(count);
      });
      this.#begun = true;
      this.#unsaid = 0;
      if (this.#message !== undefined) this.#options.log("info", "The performance log goes on.");
      this.#message = undefined;
    } catch (error) {
      this.#file.close();
      // How many lines are lost is told anew, when there may be more.
      this.#lines = this.#lines.filter((line) => !this.#unsaid || line !== waiting.at(-1));
      const message = `${this.#options.file} can't be written (${error instanceof Error ? error.message : error}). Make room or let it be written; figures go on.`;
      if (message !== this.#message) this.#options.log("warning", `Performance log: ${message}`);
      this.#message = message;
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#endSecond(0);
    this.#endMinute(this.#options.now());
    this.flush();
    this.#file.close();
  }

  #wants(level: LogLevel): boolean {
    return LEVELS.indexOf(level) >= LEVELS.indexOf(this.#options.level);
  }

  #add(record: LogRecord): void {
    if (this.#lines.length < MOST_WAITING) this.#lines.push(JSON.stringify(record));
    else {
      this.#lost++;
      this.#unsaid++;
    }
  }

  #endSecond(next: number): void {
    for (const [agent, values] of this.#values)
      this.#add({ kind: "resources", time: this.#second, ...(agent !== "" && { agent }), values });
    this.#values = new Map();
    this.#second = next;
  }

  #endMinute(now: number): void {
    this.#minute = Math.floor(now / MINUTE);
    if (!this.#wants("notice")) return;
    for (const summary of this.#summaries.take()) this.#add({ kind: "summary", time: now, ...summary, span: MINUTE });
  }
}

function nameOf({ metric, attributes }: { metric: string; attributes?: Readonly<Record<string, string>> }): string {
  const parts = Object.entries(attributes ?? {}).map(([name, value]) => `${name}=${value}`);
  return parts.length === 0 ? metric : `${metric}{${parts.join(",")}}`;
}

function lineOf(agent: string, response: RecordedResponse): Extract<LogRecord, { kind: "response" }> {
  const { queryType, start, duration, outcome, timeToFirstToken, errorType, model, inputTokens, outputTokens, turnId } =
    response;
  return {
    kind: "response",
    time: start + duration,
    agent,
    queryType,
    duration,
    outcome,
    ...(timeToFirstToken !== undefined && { timeToFirstToken }),
    ...(errorType !== undefined && { errorType }),
    ...(model !== undefined && { model }),
    ...(inputTokens !== undefined && { inputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
    ...(turnId !== undefined && { turnId }),
  };
}
