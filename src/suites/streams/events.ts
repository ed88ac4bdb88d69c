import type { Failure } from "../failure.ts";
import { LineReader } from "./lines.ts";

/** Cuts a stream of server-sent events into events as they come. */
export class EventReader {
  readonly #lines = new LineReader((line) => this.#line(line));
  readonly #event: (name: string | undefined, data: string) => boolean | Failure;
  #name: string | undefined;
  #data: string | undefined;

  /** @param event takes an event, with its name where it has one; @returns that no more is wanted, or why */
  constructor(event: (name: string | undefined, data: string) => boolean | Failure) {
    this.#event = event;
  }

  /** @param bytes hold during the call alone. @returns that no more is wanted, or why */
  read(bytes: Buffer): boolean | Failure {
    return this.#lines.read(bytes);
  }

  /** Servers that leave out the last blank line meant their last event all the same. */
  end(): boolean | Failure {
    return this.#lines.end() || this.#line("");
  }

  #line(line: string): boolean | Failure {
    if (line === "") return this.#dispatch();
    if (line.startsWith("data:")) {
      const value = line.slice(line.charCodeAt(5) === 32 ? 6 : 5);
      this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    } else if (line.startsWith("event:")) this.#name = line.slice(6).trim();
    return false; // Comments keep the connection alive; `id` and `retry` are for those who come back.
  }

  #dispatch(): boolean | Failure {
    const name = this.#name;
    const data = this.#data;
    this.#name = undefined;
    this.#data = undefined;
    return data === undefined ? false : this.#event(name, data);
  }
}
