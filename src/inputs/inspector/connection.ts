import { WebSocketClient } from "../../webSocket/client.ts";
import { NoAnswer, Session } from "./session.ts";

/** Bytes; a heap snapshot comes in pieces of a MiB. */
const LONGEST_MESSAGE = 64 * 1024 * 1024;

/** A WebSocket to an inspector, with the session of the target's main thread. */
export class Connection {
  readonly session: Session;
  /** Resolves with the reason, for people, when the connection is gone; never rejects. */
  readonly closed: Promise<string>;
  readonly url: URL;
  readonly #socket: WebSocketClient;
  #end: (reason: string) => void = () => {};

  /**
   * Connects within these seconds.
   * @throws when nothing listens there, or what listens is no inspector or does not answer
   */
  static async open(url: URL, seconds: number): Promise<Connection> {
    const opened = Promise.withResolvers<void>();
    const connection = new Connection(url, opened.resolve);
    let timer: NodeJS.Timeout | undefined;
    try {
      await Promise.race([
        opened.promise,
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

  private constructor(url: URL, onOpen: () => void) {
    this.url = url;
    this.closed = new Promise((resolve) => {
      this.#end = (reason) => {
        this.session.end(new Error(reason));
        resolve(reason);
      };
    });
    let opened = false;
    this.#socket = new WebSocketClient(
      url,
      { longest: LONGEST_MESSAGE },
      {
        opened: () => {
          opened = true;
          onOpen();
        },
        message: (text) => this.#receive(text),
        closed: (wrong) => {
          if (wrong !== undefined) this.#end(`The connection to ${url.host} was given up: ${wrong}.`);
          else if (opened) this.#end(`The connection to the inspector at ${url.host} was closed.`);
          else
            this.#end(
              `No inspector takes connections at ${url.href}: it may have been closed or started anew, which changes its address. Look the address up again.`,
            );
        },
      },
    );
    this.session = new Session((text) => this.#socket.send(text));
  }

  /** Reads nothing more until {@link resume}: what the target sends waits there. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Closes at once; pending requests are rejected. */
  close(): void {
    this.#socket.close();
    this.#end(`The connection to the inspector at ${this.url.host} was closed from here.`);
  }

  #receive(text: string): void {
    try {
      this.session.receive(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#socket.close();
      this.#end(`The connection to ${this.url.host} was given up: it sends what is not JSON, so it is no inspector.`);
    }
  }
}
