export interface Column {
  title: string;
  /** Figures stand to the right. */
  right?: boolean;
}

const GAP = "  ";

const width = (text: string) => [...text].length;

/** Lines of a table whose columns are as wide as what stands in them; the first is the header. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map(({ title }, i) => Math.max(width(title), ...rows.map((row) => width(row[i] ?? ""))));
  const titles = columns.map(({ title }) => title);
  return [titles, ...rows].map((cells) => tableLine(columns, widths, cells));
}

/** One line with columns of these widths; a text that is longer is cut, which its `…` shows. The last may be longer. */
export function tableLine(columns: readonly Column[], widths: readonly number[], cells: readonly string[]): string {
  const last = columns.length - 1;
  return columns
    .map(({ right }, i) => {
      const wide = widths[i] ?? 0;
      const cell = i === last ? (cells[i] ?? "") : cut(cells[i] ?? "", wide);
      const room = " ".repeat(Math.max(0, wide - width(cell)));
      return right ? room + cell : cell + room;
    })
    .join(GAP)
    .trimEnd();
}

function cut(text: string, wide: number): string {
  const letters = [...text];
  return letters.length > wide ? `${letters.slice(0, wide - 1).join("")}…` : text;
}
