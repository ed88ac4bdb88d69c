import { useLayoutEffect, useRef } from "preact/hooks";
import { type ChartView, TracksChart } from "./chart.ts";

/** The canvas; drawn anew for each new view, and left alone while only the crosshair moves. */
export function ChartCanvas({ view }: { view: ChartView }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<TracksChart>(undefined);
  useLayoutEffect(() => {
    if (!canvas.current) return;
    if (chart.current) chart.current.draw(view);
    else chart.current = new TracksChart(canvas.current, view);
  }, [view]);
  useLayoutEffect(
    () => () => {
      chart.current?.destroy();
      chart.current = undefined;
    },
    [],
  );
  return <canvas ref={canvas} aria-hidden="true" />;
}
