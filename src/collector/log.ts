type Severity = "info" | "warning" | "error";

/** Where the collector's log lines go: its log file, and the log channel of every window. */
export type Logger = (severity: Severity, message: string) => void;

const LINES_PER_MINUTE = 600;

/**
 * Writes lines with their time to standard output, which is the collector's log file, and to whoever listens. An agent
 * that logs without end fills no disk: past 600 lines a minute they are counted instead.
 */
export function createLogger(): Logger & { listener?: Logger } {
  let minute = 0;
  let lines = 0;
  const logger: Logger & { listener?: Logger } = (severity, message) => {
    const now = Date.now();
    if (Math.floor(now / 60_000) !== minute) {
      if (lines > LINES_PER_MINUTE) write(now, "warning", `${lines - LINES_PER_MINUTE} lines more were left out`);
      minute = Math.floor(now / 60_000);
      lines = 0;
    }
    if (++lines > LINES_PER_MINUTE) return;
    write(now, severity, message);
    logger.listener?.(severity, message);
  };
  return logger;
}

function write(now: number, severity: Severity, message: string): void {
  process.stdout.write(`${new Date(now).toISOString()} [${severity}] ${message}\n`);
}
