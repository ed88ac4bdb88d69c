/** The program of a thread that generates load, so that nothing else of the run bends it. */
import { parentPort } from "node:worker_threads";
import { openRows, type RowFeed } from "../data/rows.ts";
import { readSuite } from "../format/readSuite.ts";
import { commands } from "../stdio/groups.ts";
import type { Scenario } from "../suite.ts";
import type { OpenTarget } from "../target.ts";
import { type Generation, generate, type Send } from "./generate.ts";
import type { FromThread, ToThread } from "./messages.ts";

/** Seconds between two reports. */
const REPORT = 0.5;

interface Opened {
  target: OpenTarget<object>;
  rows: RowFeed | undefined;
  send: Send;
}

const now = () => performance.now() / 1000;
const tell = (message: FromThread) => parentPort?.postMessage(message);

commands.hear = (pid, runs) => tell({ kind: "command", pid, runs });

let opened: Opened | undefined;
let generation: Generation | undefined;

parentPort?.on("message", (message: ToThread) => {
  handle(message).catch((error: unknown) =>
    tell({ kind: "failed", message: error instanceof Error ? error.message : String(error) }),
  );
});

async function handle(message: ToThread): Promise<void> {
  switch (message.kind) {
    case "open":
      opened = await open(message);
      tell({ kind: "opened", described: (await opened.target.describe?.().catch(() => ({}))) ?? {} });
      break;
    case "start":
      await run(message);
      break;
    case "stop":
      generation?.stop();
      break;
    case "close":
      await opened?.rows?.close();
      await opened?.target.close();
      opened = undefined;
      tell({ kind: "closed" });
      break;
  }
}

async function open(message: ToThread & { kind: "open" }): Promise<Opened> {
  const { source, surroundings, scenario: name, seed, thread, threads } = message;
  const { suite, problems } = await readSuite(source, surroundings);
  const scenario = suite?.scenarios.find((one) => one.name === name);
  if (!suite || !scenario) throw new Error(problems[0]?.message ?? `There is no scenario ${name}.`);
  const of = suite.targets[scenario.target];
  const data = scenario.data === undefined ? undefined : suite.data[scenario.data];
  if (!of) throw new Error(`There is no target ${scenario.target}.`);
  const target = await of.kind.open(of.settings, {
    folder: suite.folder,
    env: surroundings.env,
    connections: scenario.connections,
  });
  const rows = data && (await openRows(data, suite.folder, { seed, thread, threads }));
  return { target, rows, send: sender(target, rows, scenario) };
}

/** What a function makes, of rows that are still read or by itself later, is waited for; all else goes at once. */
function sender(target: OpenTarget<object>, rows: RowFeed | undefined, { request }: Scenario): Send {
  const none = {};
  return (number, user, signal) => {
    const sendMade = (made: object | Promise<object>) =>
      made instanceof Promise ? made.then((one) => target.send(one, signal)) : target.send(made, signal);
    const row = rows ? rows.row(number) : none;
    if (row instanceof Promise) return row.then((read) => sendMade(request.make({ row: read, number, user })));
    return sendMade(request.make({ row, number, user }));
  };
}

async function run({ stretch, at }: ToThread & { kind: "start" }): Promise<void> {
  if (!opened) throw new Error("Nothing is opened yet.");
  const start = at - performance.timeOrigin / 1000;
  const before = performance.eventLoopUtilization();
  generation = generate(stretch, opened.send, start, now);
  const { soFar } = generation;
  const running = generation;
  const timer = setInterval(
    () => tell({ kind: "progress", elapsed: now() - start, underWay: running.underWay, windows: soFar() }),
    REPORT * 1000,
  );
  try {
    const windows = await generation.done;
    const { utilization: busy } = performance.eventLoopUtilization(before);
    const { lastOk, lastLost } = running;
    tell({ kind: "ended", windows, busy, elapsed: now() - start, lastOk, lastLost });
  } finally {
    clearInterval(timer);
    generation = undefined;
  }
}
