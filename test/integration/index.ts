import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { format } from "node:util";
import Mocha from "mocha";
import type { TestMessage } from "../../scripts/testResults.ts";

const TEST_TIMEOUT_MS = 60_000;

/** Runs the test files beside this one inside the extension host; VS Code calls it and waits. */
export async function run(): Promise<void> {
  const { port, color = false, grep } = JSON.parse(process.env.AGENT_VITALS_TEST_RUN ?? "{}") as Partial<TestRun>;
  const report = port === undefined ? undefined : await connect(port);
  Mocha.reporters.Base.consoleLog = (...values: unknown[]) => {
    const line = format(...values);
    if (report) report.send({ line });
    else console.log(line);
  };
  const strict = { forbidOnly: true, forbidPending: true }; // nothing is skipped silently
  const mocha = new Mocha({ color, timeout: TEST_TIMEOUT_MS, reporter: "spec", ...strict, ...(grep && { grep }) });
  const files = readdirSync(__dirname, { recursive: true, encoding: "utf8" });
  for (const file of files.filter((name) => name.endsWith(".test.cjs")).sort()) mocha.addFile(join(__dirname, file));
  try {
    const counts = await new Promise<{ passed: number; failed: number }>((resolve) => {
      const runner = mocha.run((failed) => resolve({ passed: runner.stats?.passes ?? 0, failed }));
      runner.on("fail", (test, { message }) => report?.send({ failed: test.fullTitle(), message }));
    });
    report?.send({ done: counts });
    if (counts.failed > 0) throw new Error(`${counts.failed} integration tests failed.`);
  } finally {
    await report?.end();
  }
}

interface TestRun {
  /** Of the runner that listens on the loopback interface. */
  port: number;
  color: boolean;
  grep: string;
}

async function connect(port: number) {
  const socket = createConnection(port, "127.0.0.1");
  await once(socket, "connect");
  return {
    send: (message: TestMessage) => socket.write(`${JSON.stringify(message)}\n`),
    end: () => new Promise<void>((resolve) => socket.end(resolve)),
  };
}
