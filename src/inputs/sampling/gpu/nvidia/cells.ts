/** Units of the figures, as `nounits` leaves them: MiB, MHz, percent. */
export const MIB = 2 ** 20;
export const MHZ = 1e6;
export const PERCENT = 0.01;

/**
 * A cell's number in SI units; undefined for `[N/A]`, `[Not Supported]` and their like, and for what is no number.
 * @param most more, in the cell's own unit, can't be: some drivers tell 255 or 4294967295 for what they don't know
 */
export function cellNumber(cell: string | undefined, unit = 1, most = Number.POSITIVE_INFINITY): number | undefined {
  const value = cell ? Number(cell) : Number.NaN;
  return Number.isFinite(value) && value >= 0 && value <= most ? value * unit : undefined;
}

/** Why a cell holds no number, for people. */
export function cellReason(cell: string | undefined): string {
  const words = cell?.replace(/^\[|\]$/g, "") ?? "";
  if (/^-?\d+(\.\d+)?$/.test(words)) return `nvidia-smi tells ${words}, which can't be.`;
  if (/insufficient permissions/i.test(words))
    return "The driver tells it to administrators alone: run nvidia-smi with sudo, or ask who set this machine up.";
  if (/unknown error|lost|reset/i.test(words))
    return `The driver could not read it (${words}): look with nvidia-smi; the card may need a restart of the machine.`;
  if (cell === undefined) return "This driver's nvidia-smi does not know it: a newer driver may.";
  return `This card or its driver does not tell it (nvidia-smi: ${words || "nothing"}).`;
}

/** Why clocks are held down, by the bits of NVML's nvmlClocksEventReasons. Idle (1) is no throttling. */
const REASONS: readonly [bit: number, words: string][] = [
  [0x2, "application clocks"],
  [0x4, "power cap"],
  [0x8, "hardware slowdown"],
  [0x10, "sync boost"],
  [0x20, "thermal"],
  [0x40, "thermal"],
  [0x80, "power brake"],
  [0x100, "display clocks"],
];

/** `0x0000000000000024` → power cap, thermal; undefined for what is no mask. */
export function throttleReasons(cell: string | undefined): string[] | undefined {
  if (!cell || !/^0x[\da-f]+$/i.test(cell)) return undefined;
  const mask = Number.parseInt(cell, 16);
  return [...new Set(REASONS.filter(([bit]) => mask & bit).map(([, words]) => words))];
}
