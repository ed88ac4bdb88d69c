import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

export const ROW_HEIGHT = 22;
const HEAD_HEIGHT = 24;
/** Rows above and below what is seen. */
const MARGIN = 8;
/** Browsers end an element at about 33 million pixels: a longer list is scrolled by its share instead. */
const TALLEST = 15_000_000;

export interface RowsInView {
  scroller: RefObject<HTMLDivElement | null>;
  from: number;
  to: number;
  /** Of all rows together, CSS pixels. */
  height: number;
  /** Where the first drawn row stands in it. */
  top: number;
  /** Brings a row into view. */
  reveal: (position: number) => void;
  /** How many whole rows there is room for. */
  room: number;
}

/** Which rows of a long list are in view, however long it is. */
export function useRows(count: number, version: number): RowsInView {
  const scroller = useRef<HTMLDivElement>(null);
  const [viewport, setViewport] = useState(0);
  const [scrolled, setScrolled] = useState(0);
  const whole = count * ROW_HEIGHT;
  const height = Math.min(whole, TALLEST);
  // A pixel of the scroll bar is so many pixels of the list.
  const scale = height > viewport ? Math.max(1, (whole - viewport) / (height - viewport)) : 1;
  const offset = Math.min(scrolled, Math.max(0, whole - viewport));

  useLayoutEffect(() => {
    const { current } = scroller;
    if (!current) return;
    const measure = () => setViewport(Math.max(0, current.clientHeight - HEAD_HEIGHT));
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    measure();
    return () => observer.disconnect();
  }, []);

  const scrollTo = (to: number) => {
    const place = Math.max(0, Math.min(whole - viewport, to));
    setScrolled(place);
    if (scroller.current) scroller.current.scrollTop = place / scale;
  };

  useEffect(() => {
    const { current } = scroller;
    if (!current) return;
    const moved = () =>
      setScrolled((before) => {
        // Our own setting of a rounded place must not move the rows.
        const isOurs = Math.abs(current.scrollTop - before / scale) < 1;
        return isOurs ? before : current.scrollTop * scale;
      });
    const wheel = (event: WheelEvent) => {
      if (scale === 1 || event.ctrlKey) return;
      event.preventDefault();
      scrollTo(offset + event.deltaY);
    };
    current.addEventListener("scroll", moved);
    current.addEventListener("wheel", wheel, { passive: false });
    return () => {
      current.removeEventListener("scroll", moved);
      current.removeEventListener("wheel", wheel);
    };
  });

  // Another list begins at its top.
  useLayoutEffect(() => scrollTo(0), [version]);

  const reveal = (position: number) => {
    const top = position * ROW_HEIGHT;
    if (top < offset) scrollTo(top);
    else if (top + ROW_HEIGHT > offset + viewport) scrollTo(top + ROW_HEIGHT - viewport);
  };

  const from = Math.max(0, Math.floor(offset / ROW_HEIGHT) - MARGIN);
  const to = Math.min(count, Math.ceil((offset + viewport) / ROW_HEIGHT) + MARGIN);
  const top = from * ROW_HEIGHT - offset + offset / scale;
  return { scroller, from, to, height, top, reveal, room: Math.max(1, Math.floor(viewport / ROW_HEIGHT) - 1) };
}
