import type { Series, TimeRange } from "../../model/series.ts";
import { POINTS, RESOLUTIONS, type Resolution } from "./blocks.ts";
import type { Samples } from "./samples.ts";
import type { StoredSample } from "./store.ts";

/** Blocks read at once. */
const PAGE = 200;

/** A series over a range, each stretch of it in the finest resolution that is kept, in order of time. */
export function* readSamples(
  samples: Samples,
  { id, series, unit }: { id: number; series: Series; unit: string },
  { from, to }: TimeRange,
): Iterable<StoredSample> {
  let end = to;
  const parts: { resolution: Resolution; from: number; to: number }[] = [];
  for (const resolution of RESOLUTIONS) {
    const first = Math.max(from, samples.first(id, resolution) ?? end);
    if (first >= end) continue;
    parts.unshift({ resolution, from: first, to: end });
    end = first;
  }
  for (const part of parts) {
    const span = part.resolution * POINTS * PAGE;
    for (let begin = part.from; begin < part.to; begin += span) {
      const until = Math.min(begin + span, part.to);
      for (const { t, block } of samples.blocks(id, part.resolution, begin, until)) {
        for (let i = 0; i < POINTS; i++) {
          const time = t + i * part.resolution;
          if (time < begin || time >= until) continue;
          if (block instanceof Float64Array) {
            const value = block[i] ?? Number.NaN;
            if (!Number.isNaN(value))
              yield { series, unit, time, resolution: 1, min: value, mean: value, max: value, n: 1 };
          } else if (block.n[i]) {
            const { resolution } = part;
            const [min = 0, mean = 0, max = 0, n = 0] = [block.min[i], block.mean[i], block.max[i], block.n[i]];
            yield { series, unit, time, resolution, min, mean, max, n };
          }
        }
      }
    }
  }
}
