import { NoAnswer, Session } from "./session.ts";

/** Characters; a heap snapshot comes in pieces far below. */
const LONGEST_MESSAGE = 64 * 1024 * 1024;

/** A WebSocket to an inspector, with the session of the target's main thread. */
export class Connection {
  readonly session: Session;
  /** Resolves with the reason, for people, when the connection is gone; never rejects. */
  readonly closed: Promise<string>;
  readonly url: URL;
  readonly #socket: WebSocket;
  #end: (reason: string) => void = () => {};

  /**
   * Connects within these seconds.
   * @throws when nothing listens there, or what listens is no inspector or does not answer
   */
  static async open(url: URL, seconds: number): Promise<Connection> {
    const socket = new WebSocket(url);
    const connection = new Connection(url, socket);
    let timer: NodeJS.Timeout | undefined;
    try {
      await Promise.race([
        new Promise((resolve) => socket.addEventListener("open", resolve)),
        connection.closed.then((reason) => {
          throw new Error(reason);
        }),
        new Promise((_, reject) => {
          const late = () => reject(new NoAnswer(`The inspector at ${url.host} took no connection in time.`));
          timer = setTimeout(late, seconds * 1000);
        }),
      ]);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  private constructor(url: URL, socket: WebSocket) {
    this.url = url;
    this.#socket = socket;
    this.session = new Session((text) => socket.send(text));
    this.closed = new Promise((resolve) => {
      this.#end = (reason) => {
        this.session.end(new Error(reason));
        resolve(reason);
      };
    });
    const { host } = url;
    let opened = false;
    socket.addEventListener("open", () => {
      opened = true;
    });
    socket.addEventListener("message", ({ data }) => this.#receive(data));
    const ended = () =>
      this.#end(
        opened
          ? `The connection to the inspector at ${host} was closed.`
          : `No inspector takes connections at ${url.href}: it may have been closed or started anew, which changes its address. Look the address up again.`,
      );
    // Either may come without the other, depending on Node's version.
    socket.addEventListener("error", ended);
    socket.addEventListener("close", ended);
  }

  /** Closes at once; pending requests are rejected. */
  close(): void {
    this.#socket.close();
    this.#end(`The connection to the inspector at ${this.url.host} was closed from here.`);
  }

  #receive(data: unknown): void {
    const fail = (what: string) => {
      this.#end(`The connection to ${this.url.host} was given up: ${what}.`);
      this.#socket.close();
    };
    if (typeof data !== "string") fail("it sends binary messages, so it is no inspector");
    else if (data.length > LONGEST_MESSAGE) fail("it sent a message of more than 64 MiB");
    else {
      try {
        this.session.receive(data);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        fail("it sends what is not JSON, so it is no inspector");
      }
    }
  }
}
