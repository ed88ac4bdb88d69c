import type { Spark } from "./tile.ts";

const WIDTH = 70;
const HEIGHT = 22;

/** A line without axes, and its objective; what it says stands in words beside it. */
export function Sparkline({ spark }: { spark: Spark }) {
  const { points, objective, hue, joins } = spark;
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || points.length < 2) return null;
  let [low, high] = [objective ?? first[1], objective ?? first[1]];
  for (const [, value] of points) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const x = (time: number) => ((time - first[0]) / (last[0] - first[0] || 1)) * (WIDTH - 4) + 1;
  const y = (value: number) => HEIGHT - 3 - ((value - low) / (high - low || 1)) * (HEIGHT - 6);
  let path = "";
  let before = Number.NEGATIVE_INFINITY;
  // A pixel holds one point: more would not be seen.
  const step = Math.max(1, Math.floor(points.length / WIDTH));
  for (let i = (points.length - 1) % step; i < points.length; i += step) {
    const [time, value] = points[i] ?? last;
    path += `${time - before > joins * step ? "M" : "L"}${x(time).toFixed(1)} ${y(value).toFixed(1)}`;
    before = time;
  }
  return (
    <svg class={`spark hue-${hue}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
      {objective !== undefined && (
        <line class="spark-objective" x1={0} x2={WIDTH} y1={y(objective)} y2={y(objective)} />
      )}
      <path d={path} />
      <circle cx={x(last[0])} cy={y(last[1])} r={2} />
    </svg>
  );
}
