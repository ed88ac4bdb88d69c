import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";

export interface Counts {
  passed: number;
  failed: number;
}

/** One line of JSON that a test run inside an extension host sends: text to show, or the counts when it is over. */
export type TestMessage = { line: string } | { done: Counts };

export interface Results {
  /** For the environment of the extension host: where to report, and what to run. */
  readonly env: Record<string, string>;
  /** Resolves when the test run connects. */
  readonly started: Promise<void>;
  /** Resolves with the counts; rejects when the run's connection ends without them. */
  readonly finished: Promise<Counts>;
  close(): void;
}

/** Listens on the loopback interface for a test run and prints what it writes as it comes. */
export async function listenForResults(grep: string | undefined): Promise<Results> {
  const server = createServer();
  const closed = once(server, "close").then(() => Promise.reject(new Error("VS Code ended without running a test.")));
  const socket = Promise.race([once(server, "connection").then(([connected]) => connected as Socket), closed]);
  const finished = socket.then(readCounts);
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

async function readCounts(socket: Socket): Promise<Counts> {
  for await (const text of createInterface({ input: socket })) {
    const message = JSON.parse(text) as TestMessage;
    if ("done" in message) return message.done;
    console.log(message.line);
  }
  throw new Error("The extension host ended before its tests did.");
}
