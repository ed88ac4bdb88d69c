import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";

export interface Counts {
  passed: number;
  failed: number;
}

/** What a stage of tests leaves behind. */
export interface StageCounts extends Counts {
  /** `TITLE: MESSAGE` of each test that failed. */
  failures: string[];
}

/** What a test run in an extension host sends, one line of JSON each: text to show, a failed test's title, the end. */
export type TestMessage = { line: string } | { failed: string; message: string } | { done: Counts };

export interface Results {
  /** For the environment of the extension host: where to report, and what to run. */
  readonly env: Record<string, string>;
  /** Resolves when the test run connects. */
  readonly started: Promise<void>;
  /** Resolves with the counts; rejects when the run's connection ends without them. */
  readonly finished: Promise<StageCounts>;
  close(): void;
}

/** Listens on the loopback interface for a test run, prints what it writes and tells of each failed test as it comes. */
export async function listenForResults(
  grep?: string,
  onFailure: (title: string) => unknown = () => {},
): Promise<Results> {
  const server = createServer();
  const closed = once(server, "close").then(() => Promise.reject(new Error("VS Code ended without running a test.")));
  const socket = Promise.race([once(server, "connection").then(([connected]) => connected as Socket), closed]);
  const finished = socket.then((connected) => readCounts(connected, onFailure));
  finished.catch(() => {}); // whoever waits hears of it; while nobody does yet, it is no unhandled rejection
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const run = { port, color: process.stdout.isTTY === true, grep };
  return {
    env: { AGENT_VITALS_TEST_RUN: JSON.stringify(run) },
    started: socket.then(() => {}),
    finished,
    close: () => server.close(),
  };
}

async function readCounts(socket: Socket, onFailure: (title: string) => unknown): Promise<StageCounts> {
  const failures: string[] = [];
  for await (const text of createInterface({ input: socket })) {
    const message = JSON.parse(text) as TestMessage;
    if ("done" in message) return { ...message.done, failures };
    if ("failed" in message) {
      failures.push(failureText(message.failed, message.message));
      onFailure(message.failed);
    } else console.log(message.line);
  }
  throw new Error("The extension host ended before its tests did.");
}

/** @returns `TITLE: MESSAGE`, on a line */
export const failureText = (title: string, message: string) => `${title}: ${message.split("\n", 1)[0]}`;
