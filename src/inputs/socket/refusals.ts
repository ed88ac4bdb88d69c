import type { Socket } from "node:net";
import type { Reply } from "../../model/wire.ts";
import type { Refusal } from "./hello.ts";

const MAX_LEAVING = 256;
const PATIENCE_MS = 1000;

/** Connections that were told why they are refused and have a second to read it; the oldest go first when many leave. */
export class Refusals {
  #leaving = new Set<Socket>();

  tell(socket: Socket, { message, retryAfter }: Refusal): void {
    const reply: Reply = { type: "reply", id: "hello", ok: false, error: message };
    if (retryAfter !== undefined) reply.result = { retryAfter };
    this.#leaving.add(socket);
    // Half-closed and read on: closed with unread bytes, the client would see an error before the reply.
    socket.resume().end(`${JSON.stringify(reply)}\n`);
    const timer = setTimeout(() => socket.destroy(), PATIENCE_MS);
    socket.once("close", () => {
      clearTimeout(timer);
      this.#leaving.delete(socket);
    });
    if (this.#leaving.size > MAX_LEAVING) for (const oldest of this.#leaving) return void oldest.destroy();
  }

  close(): void {
    for (const socket of this.#leaving) socket.destroy();
  }
}
