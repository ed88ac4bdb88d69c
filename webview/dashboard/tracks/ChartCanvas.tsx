import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { type ChartView, type OnZoom, TracksChart } from "./chart.ts";

interface ChartCanvasProps {
  view: ChartView;
  onZoom?: OnZoom;
  /** The standing chart, for those who zoom it by keyboard. */
  chart: RefObject<TracksChart | null>;
}

/** The canvas. It is drawn once a second, about a pixel's width of time, and at once when what it consists of changes. */
export function ChartCanvas({ view, onZoom, chart }: ChartCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const zoomed = useRef(onZoom);
  zoomed.current = onZoom;
  const { tracks, timeline, width, labelHeight, palette, version } = view;
  const shape = `${tracks.map((t) => t.id)} ${timeline.marks.length} ${timeline.down.length} ${timeline.unmeasured.length}`;
  useLayoutEffect(() => {
    if (!canvas.current) return;
    if (chart.current) chart.current.draw(view);
    else {
      const tell: OnZoom = (stretch, done) => zoomed.current?.(stretch, done);
      chart.current = new TracksChart(canvas.current, view, onZoom && tell);
    }
  }, [timeline.from, timeline.to, shape, width, labelHeight, palette, version]);
  useLayoutEffect(
    () => () => {
      chart.current?.destroy();
      chart.current = null;
    },
    [],
  );
  return <canvas ref={canvas} />;
}
