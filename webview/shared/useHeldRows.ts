import { useRef, useState } from "preact/hooks";

/** Rows that stand still while somebody reads them. */
export interface HeldRows<Row> {
  rows: readonly Row[];
  /** How many came since they stand still; 0 while they move. */
  newer: number;
  /** Goes on the scrolling element. */
  events: {
    onScroll: (event: Event) => void;
    onPointerEnter: () => void;
    onPointerLeave: () => void;
    onFocusIn: (event: Event) => void;
    onFocusOut: (event: FocusEvent) => void;
  };
  /** Shows the newest again. */
  release: () => void;
}

/**
 * Holds newest-first rows while their list is scrolled away from the top, or has the pointer over it or the
 * keyboard's focus in it.
 * @param number counts up by one a row, also for rows that never arrived
 */
export function useHeldRows<Row>(rows: readonly Row[], number: (row: Row) => number): HeldRows<Row> {
  const [held, setHeld] = useState<readonly Row[]>();
  const reading = useRef({ scrolled: false, focused: false, pointed: false });
  const latest = useRef(rows);
  latest.current = rows;

  const decide = () => {
    const { scrolled, focused, pointed } = reading.current;
    setHeld((before) => (scrolled || focused || pointed ? (before ?? latest.current) : undefined));
  };
  const shown = held ?? rows;
  const [first, newest] = [shown[0], rows[0]];
  return {
    rows: shown,
    newer: first && newest ? Math.max(0, number(newest) - number(first)) : 0,
    events: {
      onScroll: ({ currentTarget }) => {
        reading.current.scrolled = (currentTarget as HTMLElement).scrollTop > 0;
        decide();
      },
      onPointerEnter: () => {
        reading.current.pointed = true;
        decide();
      },
      onPointerLeave: () => {
        reading.current.pointed = false;
        decide();
      },
      onFocusIn: () => {
        reading.current.focused = true;
        decide();
      },
      onFocusOut: ({ currentTarget, relatedTarget }) => {
        reading.current.focused = (currentTarget as HTMLElement).contains(relatedTarget as Node | null);
        decide();
      },
    },
    release: () => {
      reading.current = { scrolled: false, focused: false, pointed: false };
      decide();
    },
  };
}
