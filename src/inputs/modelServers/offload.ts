import { formatBytes } from "../../model/format.ts";

/** In words, how much of a model runs on the CPU; undefined when all of it is in GPU memory. Sizes in bytes. */
export function offloadNote(size: number, gpuSize: number): string | undefined {
  if (size <= 0 || gpuSize >= size) return undefined;
  if (gpuSize <= 0) return "runs wholly on the CPU";
  // Neither all nor nothing of it, however it rounds.
  const percent = Math.min(99, Math.max(1, Math.round((1 - gpuSize / size) * 100)));
  const whole = formatBytes(size);
  const unit = whole.slice(whole.indexOf(" "));
  const part = formatBytes(gpuSize);
  const short = part.endsWith(unit) ? part.slice(0, -unit.length) : part;
  return `${percent} % of it on the CPU (${short} of ${whole} in GPU memory)`;
}
