/** Why a request is refused, for its sender and the log. */
export class Refusal extends Error {
  /** HTTP's. */
  readonly status: number;
  /** For the counters: a few words without figures. */
  readonly reason: string;
  /** Such as `Retry-After` and `Allow`. */
  readonly headers: Record<string, string>;

  constructor(status: number, reason: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.headers = headers;
  }
}

/** The collector can't take it now; the exporter keeps it and sends it again. */
export function tryAgain(reason: string, message: string): Refusal {
  return new Refusal(429, reason, `${message} Send it again in a second.`, { "retry-after": "1" });
}

/** The body is larger than fits. */
export function tooLarge(what: string, limit: number): Refusal {
  const most = `${what}, and at most ${limit / 1024 / 1024} MiB are taken`;
  return new Refusal(413, "too large", `${most}. Export smaller batches, by OTEL_BSP_MAX_EXPORT_BATCH_SIZE for spans.`);
}
