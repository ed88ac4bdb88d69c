/** Where the words of a bar stand. Pixels from the left edge of the plot. */
export interface Placed {
  text: string;
  side: "right" | "left" | "over";
  x: number;
}

const CHARACTER = 6.3;
const GAP = 6;

/** How wide a text may be with its gap, pixels. */
export function roomOf(text: string): number {
  return GAP + text.length * CHARACTER;
}

/**
 * Right of the bar, else left of it, with the first of the texts that has room; else over its end.
 * @param texts longest first
 * @param extra pixels that an icon before the text takes
 */
export function placeText(
  texts: readonly [string, ...string[]],
  bar: { left: number; right: number },
  width: number,
  extra = 0,
): Placed {
  for (const text of texts) {
    const room = roomOf(text) + extra;
    if (bar.right + room <= width) return { text, side: "right", x: bar.right + GAP };
    if (bar.left - room >= 0) return { text, side: "left", x: bar.left - GAP };
  }
  return { text: texts.at(-1) ?? texts[0], side: "over", x: Math.max(0, width - GAP) };
}
