import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { originalPositionFor, sourceContentFor, TraceMap } from "@jridgewell/trace-mapping";

/** A place as V8 has it: the file that ran, line and column from 0. */
export interface RunPlace {
  file: string;
  line: number;
  column: number;
}

/** A file as its developer wrote it. */
export interface SourceText {
  file: string;
  lines: string[];
}

/** A place in it, from 0. */
export interface SourcePlace {
  text: SourceText;
  line: number;
  column: number;
}

/** The sources of a program that runs: what its files, and their source maps, said when it was started. */
export class Sources {
  readonly #since: number;
  readonly #texts = new Map<string, SourceText | undefined>();
  readonly #maps = new Map<string, TraceMap | undefined>();
  /** Files that were written after the program was started: their lines are no longer what runs. */
  readonly changed = new Set<string>();

  /** @param since Unix seconds at which the program was started */
  constructor(since: number) {
    this.#since = since;
  }

  /** Undefined for what has no file, is Node's own, or was changed since. */
  find({ file, line, column }: RunPlace): SourcePlace | undefined {
    const path = pathOf(file);
    const text = path === undefined ? undefined : this.#text(path);
    if (path === undefined || !text) return undefined;
    const map = this.#map(path, text);
    if (!map) return { text, line, column };
    const from = originalPositionFor(map, { line: line + 1, column });
    if (from.source === null) return undefined;
    const original = this.#original(map, path, from.source);
    return original && { text: original, line: from.line - 1, column: from.column };
  }

  /** All that was written by hand of what stands in a file that ran. */
  textsOf(file: string): SourceText[] {
    const path = pathOf(file);
    const text = path === undefined ? undefined : this.#text(path);
    if (path === undefined || !text) return [];
    const map = this.#map(path, text);
    if (!map) return [text];
    return map.resolvedSources.flatMap((source) => (source === null ? [] : (this.#original(map, path, source) ?? [])));
  }

  #text(path: string): SourceText | undefined {
    if (!this.#texts.has(path)) this.#texts.set(path, this.#read(path));
    return this.#texts.get(path);
  }

  #read(path: string): SourceText | undefined {
    if (!existsSync(path)) return undefined;
    // Also one that was put in place with an old time. A second, since a file's time may be coarser than a start's.
    const { mtimeMs, ctimeMs } = statSync(path);
    if (Math.max(mtimeMs, ctimeMs) / 1000 > this.#since + 1) {
      this.changed.add(path);
      return undefined;
    }
    return { file: path, lines: readFileSync(path, "utf8").split("\n") };
  }

  #map(path: string, { lines }: SourceText): TraceMap | undefined {
    if (!this.#maps.has(path)) this.#maps.set(path, readMap(path, lines));
    return this.#maps.get(path);
  }

  /** The file that a map names; where it is not there, what the map itself has of it. */
  #original(map: TraceMap, path: string, source: string): SourceText | undefined {
    const file = pathOf(source) ?? resolve(dirname(path), source);
    const there = this.#text(file);
    if (there || this.changed.has(file)) return there;
    const content = sourceContentFor(map, source);
    return content === null ? undefined : { file, lines: content.split("\n") };
  }
}

function readMap(path: string, lines: readonly string[]): TraceMap | undefined {
  const url = lines
    .slice(-5)
    .join("\n")
    .match(/\/\/[#@] sourceMappingURL=(\S+)/)?.[1];
  if (url === undefined) return undefined;
  try {
    const inline = url.match(/^data:application\/json[^,]*?(;base64)?,(.*)$/s);
    const file = resolve(dirname(path), decodeURIComponent(url));
    const json =
      inline?.[2] === undefined
        ? readFileSync(file, "utf8")
        : Buffer.from(decodeURIComponent(inline[2]), inline[1] ? "base64" : "utf8").toString();
    return new TraceMap(json, file.startsWith("/") && !inline ? file : path);
  } catch {
    return undefined; // One that is missing or broken: the line of the file that ran is right, too.
  }
}

/** Of a path or a `file:` URL; undefined for `node:` and what has none. */
function pathOf(file: string): string | undefined {
  if (file.startsWith("file:")) {
    try {
      return fileURLToPath(file.replace(/[?#].*$/, ""));
    } catch {
      return undefined;
    }
  }
  return file.startsWith("/") || /^[A-Za-z]:[\\/]/.test(file) ? file : undefined;
}
