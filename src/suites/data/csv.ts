import { linesOf } from "./lines.ts";

/** Rows of a CSV file (RFC 4180) by its header. @throws with the line that is wrong */
export async function* csvRows(file: string): AsyncGenerator<Record<string, string>> {
  let header: string[] | undefined;
  for await (const [cells, number] of recordsOf(file)) {
    if (!header) {
      header = cells.map((name) => name.replace(/^\uFEFF/, "").trim());
      const twice = header.find((name, i) => header?.indexOf(name) !== i);
      if (twice !== undefined) throw new Error(`${file}:${number}: two columns are named ${JSON.stringify(twice)}.`);
      continue;
    }
    if (cells.length !== header.length)
      throw new Error(`${file}:${number}: has ${cells.length} cells, and the header ${header.length}.`);
    yield Object.fromEntries(header.map((name, i) => [name, cells[i] ?? ""]));
  }
}

/** Cells by the line in which they begin; a quoted one may go over several. */
async function* recordsOf(file: string): AsyncGenerator<[cells: string[], number: number]> {
  let open: { lines: string[]; number: number } | undefined;
  for await (const [line, number] of linesOf(file)) {
    // With an odd number of quotes a cell goes on in the next line, or ends.
    const turns = (line.split('"').length - 1) % 2 === 1;
    if (open) open.lines.push(line);
    if (turns === (open === undefined)) {
      open ??= { lines: [line], number };
      continue;
    }
    const text: string = open ? open.lines.join("\n") : line;
    const begun: number = open?.number ?? number;
    open = undefined;
    if (text.trim() !== "") yield [cellsOf(text, `${file}:${begun}`), begun];
  }
  if (open) throw new Error(`${file}:${open.number}: a quoted cell that begins here has no end.`);
}

const quoted = /"((?:[^"]|"")*)"/y;

function cellsOf(text: string, where: string): string[] {
  const cells: string[] = [];
  for (let at = 0; at <= text.length; ) {
    if (text[at] === '"') {
      quoted.lastIndex = at;
      const [whole = "", inside = ""] = quoted.exec(text) ?? [];
      cells.push(inside.replaceAll('""', '"'));
      at += whole.length;
      if (at < text.length && text[at] !== ",") throw new Error(`${where}: something stands behind a closing quote.`);
      at++;
    } else {
      const end = text.indexOf(",", at);
      cells.push(text.slice(at, end === -1 ? undefined : end));
      at = end === -1 ? text.length + 1 : end + 1;
    }
  }
  return cells;
}
