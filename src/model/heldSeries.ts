/**
 * What an agent's living run held over the last minutes, as the leak watcher judges it. Times are seconds of a clock
 * that nobody sets, shown as Unix seconds of now.
 */

export interface HeldSeries {
  metric: string;
  attributes?: Readonly<Record<string, string>>;
  time: Float64Array;
  value: Float64Array;
}

export interface HeldByRun {
  runId: string;
  /** When the process began; watched from then on, or from later on. */
  start: number;
  series: HeldSeries[];
  /** What it had done by then, counted from the run's start. */
  work: { time: Float64Array; turns: Float64Array; responses: Float64Array };
}
