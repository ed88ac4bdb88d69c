/** What `suite run` tells the program that forked it, over the channel between them. */
export interface SuiteRunTold {
  /** For people: `talker  3.2 s of 10 s  p95 640 ms`. */
  text: string;
  scenario?: string;
  phase?: "begun" | "running" | "ended";
  /** Of the whole run, 0 to 1. */
  share?: number;
}

/** Said back to it, as Ctrl+C does: what was measured until then is kept. */
export const END_RUN = "end";
