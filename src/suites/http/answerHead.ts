import { type Failure, failure } from "../failure.ts";

const BEGIN = "HTTP/1.";

/** Status and headers of an answer. Only what says how to read on is looked for; the rest is found when it is asked for. */
export class AnswerHead {
  readonly status: number;
  /** Bytes of the body; undefined where it is not told. */
  length: number | undefined;
  chunked = false;
  keepAlive: boolean;
  keepFor: number | undefined;
  readonly #text: string;

  /** Whether these bytes may be the beginning of a head. */
  static mayBegin(bytes: Buffer, at: number): boolean {
    const length = Math.min(BEGIN.length, bytes.length - at);
    return bytes.toString("latin1", at, at + length) === BEGIN.slice(0, length);
  }

  /** @param text status line and headers, each with its line end */
  static parse(text: string): AnswerHead | Failure {
    const status = Number(text.slice(9, 12));
    if (!text.startsWith(BEGIN) || text.charCodeAt(8) !== 32 || !(status >= 100 && status <= 999))
      return failure("protocol", "its answer is not HTTP/1");
    const head = new AnswerHead(text, status);
    return head.#read() ?? head;
  }

  private constructor(text: string, status: number) {
    this.#text = text;
    this.status = status;
    this.keepAlive = text.charCodeAt(7) !== 48; // HTTP/1.0 closes unless it says otherwise.
  }

  /** A header's value, without the blanks around it; of several lines the first. */
  get(name: string): string | undefined {
    const lower = this.#text.toLowerCase();
    const at = lower.indexOf(`\r\n${name.toLowerCase()}:`);
    if (at < 0) return undefined;
    const from = at + name.length + 3;
    return this.#text.slice(from, this.#text.indexOf("\r\n", from)).trim();
  }

  #read(): Failure | undefined {
    const text = this.#text;
    let at = text.indexOf("\r\n") + 2;
    while (at < text.length) {
      const end = text.indexOf("\r\n", at);
      const colon = text.indexOf(":", at);
      if (colon < 0 || colon > end) return failure("protocol", "a line of its head is no header");
      const length = colon - at;
      // A glance at the name's length, before anything is cut out and compared.
      if (length === 14 || length === 10 || length === 17) {
        const wrong = this.#header(text.slice(at, colon).toLowerCase(), text.slice(colon + 1, end).trim());
        if (wrong) return wrong;
      }
      at = end + 2;
    }
    return undefined;
  }

  #header(name: string, value: string): Failure | undefined {
    if (name === "content-length") {
      const length = /^\d{1,15}$/.test(value) ? Number(value) : undefined;
      if (length === undefined || (this.length !== undefined && this.length !== length))
        return failure("protocol", "its Content-Length is no number");
      this.length = length;
    } else if (name === "transfer-encoding") {
      const last = value.toLowerCase().split(",").at(-1)?.trim();
      if (last !== "chunked") return failure("protocol", "its Transfer-Encoding is not chunked");
      this.chunked = true;
    } else if (name === "connection") {
      const words = value.toLowerCase();
      if (words.includes("close")) this.keepAlive = false;
      else if (words.includes("keep-alive")) this.keepAlive = true;
    } else if (name === "keep-alive") {
      const seconds = /timeout=(\d+)/i.exec(value)?.[1];
      if (seconds !== undefined) this.keepFor = Number(seconds);
    }
    return undefined;
  }
}
