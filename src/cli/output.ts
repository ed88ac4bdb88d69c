/** What goes to the terminal: figures to standard output, messages for people to standard error. */

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** The command's one JSON document. */
export function printJson(document: unknown): void {
  print(JSON.stringify(document, undefined, 2));
}

export type Style = "bold" | "dim" | "red" | "green";
const codes: Record<Style, [on: number, off: number]> = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39] };

/** Styled where standard output is a terminal and nobody asked for plain text (https://no-color.org). */
export function styled(style: Style, text: string): string {
  if (!process.stdout.isTTY || process.env.NO_COLOR) return text;
  const [on, off] = codes[style];
  return `\x1b[${on}m${text}\x1b[${off}m`;
}

export { printable } from "../model/printable.ts";
