import { useLayoutEffect, useRef } from "preact/hooks";
import { type ChartView, TracksChart } from "./chart.ts";

/** The canvas. It is drawn once a second, about a pixel's width of time, and at once when what it consists of changes. */
export function ChartCanvas({ view }: { view: ChartView }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<TracksChart>(undefined);
  const { tracks, timeline, width, labelHeight, palette } = view;
  const shape = `${tracks.map((t) => t.id)} ${timeline.marks.length} ${timeline.down.length} ${timeline.unmeasured.length}`;
  useLayoutEffect(() => {
    if (!canvas.current) return;
    if (chart.current) chart.current.draw(view);
    else chart.current = new TracksChart(canvas.current, view);
  }, [timeline.to, shape, width, labelHeight, palette]);
  useLayoutEffect(
    () => () => {
      chart.current?.destroy();
      chart.current = undefined;
    },
    [],
  );
  return <canvas ref={canvas} />;
}
