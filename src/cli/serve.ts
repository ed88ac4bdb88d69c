import { setTimeout as sleep } from "node:timers/promises";
import type { ExportSettings } from "../collector/protocol.ts";
import { type RemoteEndpoint, resolved } from "../model/remoteEndpoint.ts";
import type { ExportState, WorkspaceState } from "../model/state.ts";
import { type Command, UsageError, type Values } from "./command.ts";
import { type Connection, connectHere } from "./connection.ts";
import { awaitEnding } from "./ending.ts";
import { doors, requirePort } from "./listen.ts";
import { numberOf } from "./options.ts";
import { print, printable, printJson, tell } from "./output.ts";

const NAMES = { prometheus: "Prometheus", log: "log", otlp: "OTLP", remoteWrite: "remote write" };
const LEVELS = ["info", "notice", "warning", "error"] as const;
/** Waits before the collector is started again, ms; the last one goes on. */
const WAITS = [200, 1000, 3000, 10_000];
/** One that lived so long (ms) did not fail at its start. */
const STABLE = 30_000;

export const serve: Command = {
  name: "serve",
  summary: "keep recording and exporting without an editor",
  usage: "serve [--prometheus-port N [--no-token]] [--remote-write URL] [--otlp URL] [--log LEVEL] [--json]",
  options: {
    "otlp-port": { value: "N", help: "take OpenTelemetry in here instead of at the workspace's own port" },
    "prometheus-port": { value: "N", help: "let Prometheus scrape http://127.0.0.1:N/metrics" },
    "no-token": { help: "answer scrapes without the workspace's token" },
    "remote-write": {
      value: "URL",
      help: "send figures by Prometheus' remote write, e.g. http://HOST:9090/api/v1/write",
    },
    otlp: { value: "URL", help: "send metrics and spans to an OpenTelemetry receiver, e.g. http://HOST:4318" },
    header: { value: "'NAME: VALUE'", help: `a header for both; \${env:NAME} in it is an environment variable` },
    log: { value: "LEVEL", help: `write the performance log: ${LEVELS.join(", ")}` },
    json: { help: "say what is open as one JSON document" },
  },
  details: `Keeps this workspace's collector, its doors, its record and the exports that are asked for, until Ctrl+C or SIGTERM;
when the collector dies it is started again. A VS Code window that comes later is served by the same collector.`,

  async run(values) {
    const otlpPort = numberOf(values, "otlp-port", { min: 1, max: 65_535 });
    const options = {
      exports: exportsOf(values),
      ...(otlpPort !== undefined && { otlpPort }),
    };
    const ending = awaitEnding();
    const over = ending.asked.then(() => "over" as const);
    let failures = 0;
    let connection: Connection = await connectHere(options);
    try {
      const state = await connection.state();
      requirePort(state, otlpPort);
      await announce(connection, state, values.json === true);
      for (;;) {
        const begun = performance.now();
        watchExports(connection);
        watchLeaks(connection);
        const ended = await Promise.race([over, connection.lost.catch((error: Error) => error)]);
        if (ended === "over") return 0;
        failures = performance.now() - begun > STABLE ? 0 : failures + 1;
        tell(`${ended.message} It is started again.`);
        const again = await reconnect(options, failures, over);
        if (again === "over") return 0;
        connection = again;
      }
    } finally {
      ending.dispose();
      connection.close();
    }
  },
};

async function reconnect(options: Parameters<typeof connectHere>[0], failures: number, over: Promise<"over">) {
  for (let attempt = failures; ; attempt++) {
    const wait = WAITS[Math.min(attempt, WAITS.length - 1)];
    if ((await Promise.race([over, sleep(wait)])) === "over") return "over";
    try {
      return await connectHere(options);
    } catch (error) {
      tell(`The collector could not be started: ${error instanceof Error ? error.message : error}`);
    }
  }
}

async function announce(connection: Connection, state: WorkspaceState, json: boolean): Promise<void> {
  const { addresses } = connection;
  const { otlp, record } = state;
  if (json) {
    printJson({
      workspace: addresses.workspace,
      pid: connection.pid,
      eventSocket: addresses.eventSocket,
      ...(otlp && { otlpPort: otlp.port }),
      ...(record && { store: record.store, exports: record.exports }),
    });
    return;
  }
  print(await doors(connection, state, process.stdout.isTTY === true));
  if (record) {
    const { store } = record;
    print(`Record         ${store.file ?? store.state}${store.message === undefined ? "" : ` (${store.message})`}`);
    if (record.source !== undefined) print(`History        ${record.source}`);
    for (const one of record.exports) print(`Export         ${exportLine(one)}`);
  }
}

/** Says each change of an export's state once. */
function watchExports(connection: Connection): void {
  const told = new Map<string, string>();
  connection.onState(({ record }) => {
    for (const one of record?.exports ?? []) {
      const key = `${one.kind} ${one.target}`;
      const now = `${one.state} ${one.message ?? ""}`;
      if (told.get(key) === now) continue;
      if (told.has(key) || one.state === "failed") tell(`Export         ${exportLine(one)}`);
      told.set(key, now);
    }
  });
}

/** Says of each run once that it leaks. */
function watchLeaks(connection: Connection): void {
  const told = new Set<string>();
  connection.onState(({ agents }) => {
    for (const { name, runs, leak } of agents) {
      const key = `${name} ${runs[0]?.id}`;
      if (leak?.verdict !== "leak" || told.has(key)) continue;
      told.add(key);
      tell(`Leak           ${printable(name)}: ${leak.summary}`);
    }
  });
}

function exportLine({ kind, target, state, message }: ExportState): string {
  return `${NAMES[kind]} ${target}: ${state}${message === undefined ? "" : `, ${message}`}`;
}

function exportsOf(values: Values): ExportSettings {
  const port = numberOf(values, "prometheus-port", { min: 1, max: 65_535 });
  const level = LEVELS.find((one) => one === values.log);
  if (values.log !== undefined && !level)
    throw new UsageError(`--log is one of ${LEVELS.join(", ")}, not ${JSON.stringify(values.log)}.`);
  const remoteWrite = remoteOf(values, "remote-write");
  const otlp = remoteOf(values, "otlp");
  return {
    ...(port !== undefined && { prometheus: { port, requireToken: values["no-token"] !== true } }),
    ...(remoteWrite && { remoteWrite }),
    ...(otlp && { otlp: { ...otlp, spans: true } }),
    ...(level && { log: { level, maxSize: 10 * 1024 * 1024, maxFiles: 5 } }),
  };
}

/** An address that an option names, with the header that goes to all. @throws {UsageError} */
function remoteOf(values: Values, name: string): RemoteEndpoint | undefined {
  const { [name]: url, header } = values;
  if (typeof url !== "string") return undefined;
  const headers: Record<string, string> = {};
  if (typeof header === "string") {
    const [, key, value] = /^([^:\s]+):\s*(.+)$/.exec(header) ?? [];
    if (key === undefined || value === undefined)
      throw new UsageError(
        `--header is NAME: VALUE, e.g. 'Authorization: Bearer \${env:TOKEN}', not ${JSON.stringify(header)}.`,
      );
    headers[key] = value;
  }
  try {
    // Here, as the collector may have been started from another environment.
    return resolved({ url, headers }, process.env);
  } catch (error) {
    throw new UsageError(`--${name}: ${error instanceof Error ? error.message : error}`);
  }
}
