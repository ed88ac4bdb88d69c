import { spawn } from "node:child_process";
import { once } from "node:events";

/** A small Node process of our own, started as anybody starts an agent: without a flag. */
export interface Child {
  pid: number;
  /** Everything that it has printed so far. */
  output(): string;
  /** Ends it and waits until it has gone. */
  end(): Promise<void>;
}

/** `more`: added to our own environment. @throws when it can't be started */
export async function startChild(source: string, more: Record<string, string>): Promise<Child> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, ["-e", source], {
    env: { ...env, ...more },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  const gone = once(child, "exit");
  await once(child, "spawn");
  return {
    pid: child.pid ?? 0,
    output: () => printed,
    async end() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}
