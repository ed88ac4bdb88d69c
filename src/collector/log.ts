import { statSync, truncateSync } from "node:fs";

type Severity = "info" | "warning" | "error";

/** Where the collector's log lines go: its log file, and the log channel of every window. */
export type Logger = (severity: Severity, message: string) => void;

/** An agent that logs without end fills no disk: characters past this in a minute are left out, and counted. */
const MOST_PER_MINUTE = 256 * 1024;
const LONGEST_MESSAGE = 2000;

/** Writes lines with their time to standard output, which is the collector's log file, and to whoever listens. */
export function createLogger(write: (line: string) => void): Logger & { listener?: Logger } {
  let minute = 0;
  let written = 0;
  let leftOut = 0;
  const put = (now: number, severity: Severity, message: string) => {
    write(`${new Date(now).toISOString()} [${severity}] ${message}\n`);
    logger.listener?.(severity, message);
  };
  const logger: Logger & { listener?: Logger } = (severity, message) => {
    const now = Date.now();
    if (Math.floor(now / 60_000) !== minute) {
      if (leftOut > 0) put(now, "warning", `${leftOut} lines more were left out`);
      minute = Math.floor(now / 60_000);
      written = leftOut = 0;
    }
    if (written > MOST_PER_MINUTE) {
      leftOut++;
      return;
    }
    const short = message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message;
    written += short.length;
    put(now, severity, short);
  };
  return logger;
}

const LONGEST_LOG = 8 * 1024 * 1024;

/** Begins a log file anew when it has grown past 8 MiB; whoever appends to it goes on at its beginning. */
export function trimLog(file: string): void {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LONGEST_LOG) truncateSync(file);
}
