import { escaped } from "../xml.ts";

/** A straight line from a range of values to one of pixels. */
export type Scale = (value: number) => number;

export function scale([from, to]: readonly [number, number], [start, end]: readonly [number, number]): Scale {
  const span = to - from || 1;
  return (value) => start + ((value - from) / span) * (end - start);
}

/** Round values in a range, at most so many. */
export function ticks(from: number, to: number, most: number): number[] {
  const rough = (to - from) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough || 1));
  const step = ([1, 2, 2.5, 5, 10].find((one) => one * power >= rough * 0.999) ?? 10) * power;
  const found: number[] = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i++) found.push(i * step);
  return found;
}

const number = (value: number) => String(Math.round(value * 10) / 10);

export const point = (x: number, y: number): string => `${number(x)} ${number(y)}`;

/** An element; values that are absent are left out. */
export function element(name: string, attributes: Record<string, string | number | undefined>, inner = ""): string {
  const all = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? number(value) : escaped(String(value))}"`)
    .join("");
  return inner === "" ? `<${name}${all}/>` : `<${name}${all}>${inner}</${name}>`;
}

export function text(
  x: number,
  y: number,
  words: string,
  look: { anchor?: "start" | "middle" | "end"; class?: string } = {},
) {
  return element("text", { x, y, "text-anchor": look.anchor, class: look.class }, escaped(words));
}

export function line(x1: number, y1: number, x2: number, y2: number, look: string): string {
  return element("line", { x1, y1, x2, y2, class: look });
}

/** A picture that scales with its place; `label` is what screen readers say. */
export function picture(width: number, height: number, label: string, inner: string): string {
  return element("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, class: "chart" }, inner);
}
