import { isAlive, type ProcessIdentity } from "../../model/process.ts";
import type { AttachedInspector, AttachedWorker, AttachOptions } from "./attached.ts";
import type { Connection } from "./connection.ts";
import type { EventParameters, ParametersOf, ResultOf } from "./methods.ts";
import { claim, release } from "./ownership.ts";
import { type Patience, poll } from "./patience.ts";
import { checkPid, runtimeOf } from "./runtime.ts";
import { NoAnswer, type Session } from "./session.ts";
import { socketsOf } from "./sockets.ts";
import { Threads } from "./threads.ts";

/** Seconds for each step of detaching, of which there are at most four. */
const LEAVING = 0.5;
/** Seconds in which a process that was killed is seen to be gone after its connection closed. */
const DYING = 0.5;

export interface AttachmentOptions extends AttachOptions {
  /** Name of the function that the probe reports by. */
  binding: string;
  /** The inspector was closed, and opened by us. */
  opened: boolean;
  /** The connection is js-debug's proxy. */
  debugger: boolean;
  /** Pid that was asked for. */
  pid: number | undefined;
}

/** The probe's life in one process, through one connection. */
export class Attachment implements AttachedInspector {
  pid = 0;
  runtime = "";
  openedByUs: boolean;
  readonly debugger: boolean;
  readonly #connection: Connection;
  readonly #session: Session;
  readonly #options: AttachmentOptions;
  readonly #threads: Threads;
  readonly #subscribed = new Map<string, Promise<unknown>>();
  /** Undefined when the target is not on this machine. */
  #identity: ProcessIdentity | undefined;
  #exiting = false;
  #detached: Promise<void> | undefined;

  constructor(connection: Connection, options: AttachmentOptions) {
    this.#connection = connection;
    this.#session = connection.session;
    this.#options = options;
    this.openedByUs = options.opened;
    this.debugger = options.debugger;
    const { binding, sink, log } = options;
    this.#threads = new Threads(this.#session, {
      binding,
      onBatch: (batch) => sink.batch(batch),
      onCount: (count) => {
        if (!this.#detached) sink.threads(count);
      },
      log: (severity, message) => log(severity, `Process ${this.pid}: ${message}`),
    });
  }

  get url(): string {
    return this.#connection.url.href;
  }

  get threads(): number {
    return this.#threads.count;
  }

  get workers(): AttachedWorker[] {
    return this.#threads.workers.map(({ thread, session }) => ({
      thread,
      send: (method, params, deadline) => session.send(method, params ?? ({} as never), deadline),
      on: (event, listener) => session.on(event, listener),
    }));
  }

  /** Installs the probe. @throws when that fails, and leaves the target as it was */
  async begin(patience: Patience): Promise<void> {
    try {
      await this.#identify(patience);
      await this.#install(patience);
    } catch (error) {
      await this.detach();
      throw error;
    }
    this.#connection.closed.then((reason) => this.#closed(reason));
  }

  send<M extends string>(method: M, params?: ParametersOf<M>, deadline?: number): Promise<ResultOf<M>> {
    return this.#session.send(method, params ?? ({} as ParametersOf<M>), deadline);
  }

  on<E extends string>(event: E, listener: (params: EventParameters<E>) => void): () => void {
    this.#subscribe(event).catch((error: Error) => this.#options.log("warning", `${event}: ${error.message}`));
    return this.#session.on(event, listener);
  }

  pause(): void {
    this.#connection.pause();
  }

  resume(): void {
    this.#connection.resume();
  }

  detach(): Promise<void> {
    this.#detached ??= this.#leave();
    return this.#detached;
  }

  async #identify(patience: Patience): Promise<void> {
    if (!this.debugger) {
      // First of all: from here on an exit does not wait for us.
      this.#session.on("NodeRuntime.waitingForDisconnect", () => {
        this.#exiting = true;
        this.#connection.close();
      });
      const notify = this.send("NodeRuntime.notifyWhenWaitingForDisconnect", { enabled: true }, patience.left(5));
      await whereKnown(notify);
    }
    const runtime = await runtimeOf(this.#session, patience.left(5));
    const { pid, identify } = this.#options;
    if (pid !== undefined) checkPid(runtime, pid);
    this.pid = pid ?? runtime.pid;
    this.runtime = runtime.name;
    if (pid !== undefined || (await this.#isHere())) this.#identity = identify(this.pid);
  }

  async #install(patience: Patience): Promise<void> {
    if (!this.debugger) this.openedByUs = await claim(this.#session, patience.left(5));
    await this.#subscribe("Runtime.bindingCalled");
    await this.#threads.installInMain(patience.left(5));
    // js-debug has sessions of its own to the workers, in which our messages would turn up.
    if (!this.debugger) await whereKnown(this.#threads.installInWorkers(patience.left(5)));
  }

  /** js-debug's proxy sends only the events that it was asked for. */
  #subscribe(event: string): Promise<unknown> {
    if (!this.debugger) return Promise.resolve();
    const subscribed = this.#subscribed.get(event) ?? this.send("JsDebug.subscribe", { events: [event] });
    this.#subscribed.set(event, subscribed);
    return subscribed;
  }

  /** A forwarded port leads to another machine, where the same pid is somebody else. */
  async #isHere(): Promise<boolean> {
    if (this.debugger || process.platform !== "linux") return true;
    const port = Number(this.#connection.url.port);
    return (await socketsOf(this.pid)).some((socket) => socket.listening && socket.port === port);
  }

  async #leave(): Promise<void> {
    try {
      await this.#threads.remove(LEAVING);
    } catch (error) {
      if (!this.#exiting) this.#warn("the probe could not be seen to go", error);
    }
    if (this.openedByUs && !this.#exiting) {
      const target = { pid: this.pid, port: Number(this.#connection.url.port) };
      const left = await release(this.#session, target, LEAVING).catch((error) =>
        this.#warn("its inspector could not be seen to close", error),
      );
      if (left === "left open") {
        this.#options.log(
          "info",
          `The inspector of process ${this.pid} stays open: another client is connected to it.`,
        );
      }
    }
    this.#threads.end();
    this.#connection.close();
  }

  #warn(what: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.log("warning", `Detaching from process ${this.pid}, ${what}: ${reason}`);
  }

  async #closed(reason: string): Promise<void> {
    this.#threads.end();
    const { identify, sink } = this.#options;
    const identity = this.#identity;
    const isGone = () => !!identity && !isAlive(identity, identify);
    const exited = this.#exiting || (await poll(identity ? DYING : 0, () => isGone() || undefined));
    if (this.#detached) return;
    if (exited) sink.closed("exited", `Process ${this.pid} (${this.runtime}) has exited.`);
    else sink.closed("lost", `${reason} ${this.#whatNext()}`);
  }

  #whatNext(): string {
    return this.#identity
      ? `Process ${this.pid} lives on: somebody closed its inspector or ended its debug session. Attach again.`
      : `If process ${this.pid} lives on, attach again.`;
  }
}

/** Deno and older versions lack some domains. */
async function whereKnown(request: Promise<unknown>): Promise<void> {
  await request.catch((error: Error) => {
    if (error instanceof NoAnswer || !/wasn't found|not found|not supported|unknown/i.test(error.message)) throw error;
  });
}
