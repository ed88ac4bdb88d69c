import { once } from "node:events";

/** A developer's debugger: another client of an agent's inspector, which stops it. */
export class Debugger {
  readonly #socket: WebSocket;
  #lastId = 0;

  /** @param url the inspector's WebSocket */
  static async connect(url: string): Promise<Debugger> {
    const socket = new WebSocket(url);
    await once(socket, "open");
    return new Debugger(socket);
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** Stops the agent at the next statement that it runs. */
  async stop(): Promise<void> {
    await this.#send("Debugger.enable");
    await this.#send("Debugger.pause");
  }

  async goOn(): Promise<void> {
    await this.#send("Debugger.resume");
    await this.#send("Debugger.disable");
  }

  leave(): void {
    this.#socket.close();
  }

  #send(method: string): Promise<void> {
    const id = ++this.#lastId;
    this.#socket.send(JSON.stringify({ id, method }));
    return new Promise((resolve) => {
      const listen = ({ data }: MessageEvent) => {
        if (JSON.parse(String(data)).id !== id) return;
        this.#socket.removeEventListener("message", listen);
        resolve();
      };
      this.#socket.addEventListener("message", listen);
    });
  }
}
