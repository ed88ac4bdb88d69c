/** What VS Code gives to a webview, once a page. */
interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

type Frame<Notification> =
  | { notification: Notification }
  | { id: number; ok: true }
  | { id: number; ok: false; error: string };

interface Pending {
  resolve: () => void;
  reject: (error: Error) => void;
  timer: ReturnType<typeof setTimeout>;
}

/** The webview's end of the messages to and from the editor, and what it keeps over a reload. */
export class EditorChannel<Request, Notification, Memento extends object> {
  readonly #api = acquireVsCodeApi();
  readonly #timeout: number;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;

  /** @param timeout seconds until an unanswered request is rejected */
  constructor(timeout: number, onNotification: (notification: Notification) => void) {
    this.#timeout = timeout;
    window.addEventListener("message", ({ data }: MessageEvent<Frame<Notification> | undefined>) => {
      if (typeof data !== "object" || data === null) return;
      if ("notification" in data) onNotification(data.notification);
      else if ("id" in data) this.#settle(data.id, "error" in data ? data.error : undefined);
    });
  }

  /** What was kept by the last {@link keep}, also before a reload; `{}` the first time. */
  get memento(): Partial<Memento> {
    return (this.#api.getState() as Partial<Memento> | null | undefined) ?? {};
  }

  /** Adds to what is kept over a reload. */
  keep(change: Partial<Memento>): void {
    this.#api.setState({ ...this.memento, ...change });
  }

  /** Resolves when the editor has done it; rejects with its error, or after the timeout. */
  request(request: Request): Promise<void> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#settle(id, `the editor did not answer within ${this.#timeout} s`);
      }, this.#timeout * 1000);
      this.#pending.set(id, { resolve, reject, timer });
      this.#api.postMessage({ id, request });
    });
  }

  #settle(id: number, error: string | undefined): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    if (error === undefined) pending.resolve();
    else pending.reject(new Error(error));
  }
}
