import { useState } from "preact/hooks";
import type { Stretch } from "./timeline.ts";

/** The crosshair: where it stands, and the events that move it. */
export interface Crosshair {
  /** Unix seconds; undefined while it is away. */
  at: number | undefined;
  events: {
    onPointerMove: (event: PointerEvent) => void;
    onPointerLeave: () => void;
    onKeyDown: (event: KeyboardEvent) => void;
    onBlur: () => void;
  };
}

type Cursor = { pixel: number } | { time: number } | undefined;

/** Under the pointer it keeps its place while time runs on; by keyboard it keeps its time. */
export function useCrosshair({ from, to }: Stretch, width: number, step: number): Crosshair {
  const [cursor, setCursor] = useState<Cursor>();
  const span = to - from;
  const time = cursor && ("time" in cursor ? cursor.time : from + (cursor.pixel / Math.max(1, width)) * span);
  const at = time !== undefined && time >= from && time <= to ? time : undefined;
  const move = (event: KeyboardEvent, target: number) => {
    event.preventDefault();
    setCursor({ time: Math.min(to, Math.max(from, target)) });
  };
  return {
    at,
    events: {
      onPointerMove: (event) => {
        const pixel = event.clientX - (event.currentTarget as HTMLElement).getBoundingClientRect().left;
        setCursor(pixel >= 0 && pixel <= width ? { pixel } : undefined);
      },
      onPointerLeave: () => setCursor(undefined),
      onBlur: () => setCursor(undefined),
      onKeyDown: (event) => {
        const here = at ?? to;
        const far = event.shiftKey ? 6 : 1;
        if (event.key === "ArrowLeft") move(event, here - step * far);
        else if (event.key === "ArrowRight") move(event, here + step * far);
        else if (event.key === "Home") move(event, from);
        else if (event.key === "End") move(event, to);
        else if (event.key === "Escape") setCursor(undefined);
      },
    },
  };
}
