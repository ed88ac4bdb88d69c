/** What came over the socket since the collector's start. */
export class SocketCounters {
  /** Lines read, bad ones included. */
  lines = 0;
  /** Good events by type. */
  readonly events: Record<string, number> = {};
  /** Bad lines by reason. */
  readonly rejected: Record<string, number> = {};
  /** Clients that said a good hello. */
  served = 0;
  /** Connections that were told to leave. */
  refused = 0;

  event(type: string): void {
    this.events[type] = (this.events[type] ?? 0) + 1;
  }

  reject(reason: string): void {
    this.rejected[reason] = (this.rejected[reason] ?? 0) + 1;
  }
}
