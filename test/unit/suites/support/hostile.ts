import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { until } from "../../../support/until.ts";

/** A server of `test/fixtures/suites` in a process of its own. */
export class Hostile {
  readonly port: number;
  readonly #child: ChildProcess;

  static async start(program: string, ...args: string[]): Promise<Hostile> {
    const child = fork(join(import.meta.dirname, "..", "..", "..", "fixtures", "suites", program), args);
    const [{ port }] = (await once(child, "message")) as [{ port: number }];
    return new Hostile(child, port);
  }

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}/${path}`;
  }

  async connections(): Promise<number> {
    this.#child.send("connections");
    const [{ connections }] = (await once(this.#child, "message")) as [{ connections: number }];
    return connections;
  }

  async allClosed(): Promise<void> {
    await until("all connections closed", async () => (await this.connections()) === 0);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exit;
  }
}
