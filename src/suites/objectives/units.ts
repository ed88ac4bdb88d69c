/** What a figure of an objective is measured in, and how people write it. */
export type Unit = "s" | "1" | "By" | "By/s" | "1/s" | "count";

const durations: Record<string, number> = { us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600 };
const sizes: Record<string, number> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** Factors to SI base units, by what may stand behind a number. */
const units: Record<Unit, Record<string, number>> = {
  s: durations,
  "1": { "%": 0.01 },
  By: sizes,
  "By/s": by(sizes),
  "1/s": by({ "": 1 }),
  count: { "": 1 },
};

/** Of an example in errors. */
export const examples: Record<Unit, string> = {
  s: "2s or 500ms",
  "1": "1%",
  By: "2 GiB",
  "By/s": "1 MiB/min",
  "1/s": "50/s",
  count: "20",
};

/** A figure with its unit in SI base units, as `2s`, `1 %`, `1 MiB/min`; undefined where it is none of this kind. */
export function parseFigure(text: string, unit: Unit): number | undefined {
  const [, number, written = ""] = /^(\d+(?:\.\d+)?)\s*(\S*)$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  const factor = Object.hasOwn(units[unit], written) ? units[unit][written] : undefined;
  if (factor !== undefined) return Number(number) * factor;
  // Nothing is nothing in any unit.
  return written === "" && Number(number) === 0 ? 0 : undefined;
}

function by(amounts: Record<string, number>): Record<string, number> {
  const pairs = Object.entries(amounts).flatMap(([name, factor]) =>
    ["s", "min", "h"].map((span) => [`${name}/${span}`, factor / (durations[span] ?? 1)] as const),
  );
  return Object.fromEntries(pairs);
}
