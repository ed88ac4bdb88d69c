import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { TOKEN } from "../socket/openSocket.ts";

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** An agent of the folder `agents`, as a process of its own. */
export class AgentProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;

  constructor(file: string, socket: string | undefined, args: string[] = []) {
    const { AGENT_VITALS_SOCKET: _, AGENT_VITALS_AGENT: __, ...env } = process.env;
    const address = socket === undefined ? {} : { AGENT_VITALS_SOCKET: socket, AGENT_VITALS_TOKEN: TOKEN };
    const path = fileURLToPath(new URL(`agents/${file}`, import.meta.url));
    const child = spawn(process.execPath, [path, ...args], { env: { ...env, ...address } });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        output[name] += text;
      });
    }
    this.child = child;
    this.ended = once(child, "close").then(([code]) => ({ code, ...output }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }
}
