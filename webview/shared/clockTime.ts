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

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** A day on the reader's calendar: `Mon 23`. */
export function calendarDay(time: number): string {
  const date = new Date(time * 1000);
  return `${days[date.getDay()]} ${date.getDate()}`;
}

/** A time since a start (seconds): `0:12`, `1:02:30`. */
export function sinceStart(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}
