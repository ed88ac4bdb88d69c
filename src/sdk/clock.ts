const EPOCH_VALUES = 1e11;
/** Milliseconds that the two clocks may lie apart before it matters. */
const DRIFT = 50;
// performance.now() stands still while the machine sleeps and knows nothing of a clock that was set: its distance from
// Unix time is looked at again every second.
const LOOK_AGAIN = 1000;
let offset = performance.timeOrigin;
let looked = 0;

/** Unix milliseconds of a `performance.now()` value; a value above 1e11 is a `Date.now()` already. */
export function unixTime(time: number): number {
  if (time > EPOCH_VALUES) return time;
  if (time > looked + LOOK_AGAIN) adjust();
  return offset + time;
}

function adjust(): void {
  looked = performance.now();
  const distance = Date.now() - looked;
  if (Math.abs(distance - offset) > DRIFT) offset = distance;
}

/** When this process started, Unix seconds. */
export function processStart(): number {
  return (Date.now() - process.uptime() * 1000) / 1000;
}
