export interface EnvFile {
  values: Record<string, string>;
  /** Lines (0-based) that are no `KEY=value`. */
  problems: { line: number; length: number; message: string }[];
}

const KEY = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*/;

/**
 * Reads a file of `KEY=value` lines: `#` comments, an optional `export`, values in single quotes as they stand, in double
 * quotes with \n, \t, \" and \\ and over several lines, else up to ` #`.
 */
export function parseEnvFile(text: string): EnvFile {
  const lines = text.split(/\r\n|\r|\n/);
  const file: EnvFile = { values: {}, problems: [] };
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    if (/^\s*(#|$)/.test(line)) continue;
    const problem = (message: string) => file.problems.push({ line: i, length: line.length, message });
    const [start, key] = KEY.exec(line) ?? [];
    if (start === undefined || !key) {
      problem("This line is left out: it is no KEY=value.");
      continue;
    }
    const quote = line[start.length];
    if (quote !== '"' && quote !== "'") {
      file.values[key] = line
        .slice(start.length)
        .replace(/(^|\s+)#.*$/, "")
        .trim();
      continue;
    }
    const quoted = readQuoted(lines, i, start.length + 1, quote);
    if (!quoted) {
      problem(`This line is left out: the quote ${quote} has no end.`);
      continue;
    }
    if (!/^\s*(#.*)?$/.test(quoted.rest)) problem("What follows the closing quote is left out.");
    file.values[key] = quote === '"' ? unescaped(quoted.value) : quoted.value;
    i = quoted.line;
  }
  return file;
}

function readQuoted(lines: string[], line: number, column: number, quote: string) {
  const inside = quote === '"' ? /^((?:[^"\\]|\\.)*)"(.*)$/s : /^([^']*)'(.*)$/s;
  let text = (lines[line] ?? "").slice(column);
  for (let end = line; end < lines.length; end++, text += `\n${lines[end] ?? ""}`) {
    const [, value, rest] = inside.exec(text) ?? [];
    if (value !== undefined && rest !== undefined) return { value, rest, line: end };
  }
  return undefined;
}

function unescaped(value: string): string {
  const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t" };
  return value.replace(
    /\\(.)/g,
    (_, letter: string) => escapes[letter] ?? (/["\\$]/.test(letter) ? letter : `\\${letter}`),
  );
}
