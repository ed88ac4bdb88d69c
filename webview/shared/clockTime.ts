const two = (n: number) => String(n).padStart(2, "0");

/** A time (Unix seconds) on the reader's clock: `14:22`. */
export function clockMinute(time: number): string {
  const date = new Date(time * 1000);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** A time (Unix seconds) on the reader's clock: `14:22:12`. */
export function clockSecond(time: number): string {
  return `${clockMinute(time)}:${two(new Date(time * 1000).getSeconds())}`;
}
