import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { originalPositionFor, sourceContentFor, TraceMap } from "@jridgewell/trace-mapping";
import { readSourceFile } from "./sourceFile.ts";

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

/** What was read of files; it is kept, so that each is read once. */
interface Read {
  texts: Map<string, SourceText | Changed | undefined>;
  maps: Map<string, TraceMap | undefined>;
  /** By the map that names them, and their name in it. */
  originals: Map<string, SourceText | Changed | undefined>;
}

/** Why a file's lines are no longer what runs. */
type Changed = "since start" | "since build";

const isChanged = (text: SourceText | Changed | undefined): text is Changed => typeof text === "string";

/** The sources of a program that runs: what its files, and their source maps, said when it was started. */
export class Sources {
  readonly #since: number;
  readonly #read: Read;
  readonly #changed = new Map<string, Changed>();

  /** @param since Unix seconds at which the program was started */
  constructor(since: number, read: Read = { texts: new Map(), maps: new Map(), originals: new Map() }) {
    this.#since = since;
    this.#read = read;
  }

  /** The same sources for another question: none of them was asked for yet. */
  anew(): Sources {
    return new Sources(this.#since, this.#read);
  }

  /** Files that were asked for and whose lines are no longer what runs. */
  get changed(): ReadonlySet<string> {
    return new Set(this.#changed.keys());
  }

  /** Why no line of such a file is told, and what to do; undefined where none was asked for. */
  get note(): string | undefined {
    const [[file, how] = []] = this.#changed;
    if (file === undefined) return undefined;
    return how === "since start"
      ? `${file} was changed after the agent was started, so no line of it is named until the agent is restarted.`
      : `${file} is not what the program that runs was built from, so no line of it is named until it is built anew and the agent restarted.`;
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
    return this.#unchanged(path, this.#textOrChanged(path));
  }

  #unchanged(path: string, text: SourceText | Changed | undefined): SourceText | undefined {
    if (!isChanged(text)) return text;
    this.#changed.set(path, text);
    return undefined;
  }

  #textOrChanged(path: string): SourceText | Changed | undefined {
    const { texts } = this.#read;
    if (!texts.has(path)) {
      const file = readSourceFile(path);
      // A second, since a file's time may be coarser than a start's.
      const late = file && file.time > this.#since + 1;
      texts.set(path, late ? "since start" : file && { file: path, lines: file.text.split("\n") });
    }
    return texts.get(path);
  }

  #map(path: string, { lines }: SourceText): TraceMap | undefined {
    const { maps } = this.#read;
    if (!maps.has(path)) maps.set(path, readMap(path, lines));
    return maps.get(path);
  }

  #original(map: TraceMap, path: string, source: string): SourceText | undefined {
    const file = pathOf(source) ?? resolve(dirname(path), source);
    const { originals } = this.#read;
    const key = `${path}\0${source}`;
    if (!originals.has(key)) originals.set(key, this.#readOriginal(map, file, source));
    return this.#unchanged(file, originals.get(key));
  }

  /** The file that a map names, as long as it is what the map was made of; where it is not there, what the map has. */
  #readOriginal(map: TraceMap, file: string, source: string): SourceText | Changed | undefined {
    const there = this.#textOrChanged(file);
    const content = sourceContentFor(map, source);
    if (isChanged(there) || content === null) return there;
    const built = { file, lines: content.split("\n") };
    return !there || areAlike(there, built) ? (there ?? built) : "since build";
  }
}

/** But for line ends and a byte order mark, which some builds take away. */
function areAlike(one: SourceText, other: SourceText): boolean {
  const bare = ({ lines }: SourceText) => lines.map((line) => line.replace(/^\uFEFF|\r$/g, "")).join("\n");
  return bare(one) === bare(other);
}

function readMap(path: string, lines: readonly string[]): TraceMap | undefined {
  const url = lines
    .slice(-5)
    .join("\n")
    .match(/\/\/[#@] sourceMappingURL=(\S+)/)?.[1];
  if (url === undefined) return undefined;
  try {
    const inline = url.match(/^data:application\/json[^,]*?(;base64)?,(.*)$/s);
    if (inline?.[2] !== undefined)
      return new TraceMap(Buffer.from(decodeURIComponent(inline[2]), inline[1] ? "base64" : "utf8").toString(), path);
    const file = resolve(dirname(path), decodeURIComponent(url));
    const json = readSourceFile(file)?.text;
    return json === undefined ? undefined : new TraceMap(json, file);
  } catch {
    return undefined; // One that is broken: the line of the file that ran is right, too.
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
