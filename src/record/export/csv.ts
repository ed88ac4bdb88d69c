import type { Cell } from "./rows.ts";

/**
 * One line of RFC 4180, its end included. A text that a spreadsheet would run as a formula gets an apostrophe before it
 * (OWASP, CSV injection); numbers stay as they are.
 */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(cellOf).join(",")}\r\n`;
}

function cellOf(cell: Cell): string {
  if (cell === undefined) return "";
  if (typeof cell !== "string") return String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
