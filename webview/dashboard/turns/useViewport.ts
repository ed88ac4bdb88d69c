import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** A scrolling element and which part of it is in sight, pixels. */
export interface Viewport<T> {
  element: RefObject<T | null>;
  top: number;
  height: number;
  onScroll: () => void;
}

export function useViewport<T extends HTMLElement>(): Viewport<T> {
  const element = useRef<T>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(0);
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return;
    const measure = () => setHeight(current.clientHeight);
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    measure();
    return () => observer.disconnect();
  }, []);
  return { element, top, height, onScroll: () => setTop(element.current?.scrollTop ?? 0) };
}
