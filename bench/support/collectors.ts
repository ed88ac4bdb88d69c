import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { openEventSocket } from "../../src/inputs/socket/server.ts";
import type { ClientEvent, Response } from "../../src/model/wire.ts";
import { AgentRecord } from "../../src/record/agentRecord.ts";
import { nowhere } from "../../src/record/sinks.ts";

/** Takes events over a socket into histograms, and counts them. */
export interface BenchCollector {
  path: string;
  /** Called with every response after it was recorded. */
  onResponse: (response: Response) => void;
  /** Events of other kinds, which a bench that folds and drops nothing does not make. */
  others: number;
  close(): Promise<void>;
}

export const TOKEN = "bench";

/** The collector's own event socket and record. */
export async function ours(path: string): Promise<BenchCollector> {
  const record = new AgentRecord("agent", nowhere);
  const socket = await openEventSocket({
    path,
    token: TOKEN,
    log: (_severity, message) => console.error(message),
    sink: {
      connected: () => {},
      response: (_client, event) => {
        record.response(Date.now() / 1000, event, 1);
        collector.onResponse(event);
      },
      event: () => {
        collector.others++;
      },
      disconnected: () => {},
    },
  });
  const collector: BenchCollector = { path, onResponse: () => {}, others: 0, close: () => socket.close() };
  return collector;
}

/** The same record behind the obvious way to read lines: node:readline and JSON.parse, with nothing checked. */
export async function readline(path: string): Promise<BenchCollector> {
  const record = new AgentRecord("agent", nowhere);
  const server = createServer((socket) => {
    createInterface({ input: socket }).on("line", (line) => {
      const event = JSON.parse(line) as ClientEvent | { type: "hello" };
      if (event.type === "hello") socket.write('{"type":"reply","id":"hello","ok":true}\n');
      else if (event.type === "response") {
        record.response(Date.now() / 1000, event, 1);
        collector.onResponse(event);
      } else collector.others++;
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const close = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  const collector: BenchCollector = { path, onResponse: () => {}, others: 0, close };
  return collector;
}
