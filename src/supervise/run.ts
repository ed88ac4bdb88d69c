import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Identify, isAlive } from "../model/process.ts";
import { groupLives, killAgent, killGroup, signalAgent } from "./group.ts";
import { writeInput } from "./input.ts";
import { trimOutput } from "./output.ts";
import { FILES, type RunEnd, type RunRecord, readEnd, writeRecord } from "./runFolder.ts";

/** A launched agent's life, whoever launched it. */
export interface Run {
  readonly id: string;
  readonly agent: string;
  readonly pid: number;
  /** Unix seconds. */
  readonly startTime: number;
  /** Secrets masked. */
  readonly commandLine: string;
  readonly folder: string;
  readonly outputFile: string;
  /** True when {@link Run.stop} was called for it, now or by an earlier collector. */
  readonly stopped: boolean;
  /** Resolves when the agent has ended; never rejects. Stays open after {@link Run.dispose}. */
  readonly exited: Promise<RunEnd>;
  /** Types into its standard input. Rejects when it has ended, or does not read. */
  write(data: string | Uint8Array): Promise<void>;
  /** Signals its process group; rejects when it has ended. */
  signal(signal: NodeJS.Signals): Promise<void>;
  /** Asks it to end, kills it with its children when it has not after `timeout` seconds; resolves when all have ended. */
  stop(options: { signal: NodeJS.Signals; timeout: number }): Promise<RunEnd>;
  /** Stops watching it; the agent runs on. It can't be stopped by this object afterwards: adopt it anew. */
  dispose(): void;
}

const POLL_MS = 100;
/** Polls between two looks at process and output. */
const SELDOM = 10;
/** How long a shim may take to write the exit code of an agent that has gone. */
const SHIM_GRACE_MS = 5000;
const INPUT_TIMEOUT = 2;

/** Watches over a run whose processes are there already. */
export function watchRun(folder: string, record: RunRecord, identify: Identify): Run {
  let end: RunEnd | undefined;
  const { promise: exited, resolve } = Promise.withResolvers<RunEnd>();
  const outputFile = join(folder, FILES.output);
  let polls = 0;
  let goneSince: number | undefined;

  const look = () => {
    end ??= readEnd(folder);
    if (!end && polls % SELDOM === 0) {
      trimOutput(outputFile);
      end = endWithoutShim();
    }
    polls++;
    if (!end) return;
    clearInterval(timer);
    resolve(end);
  };
  /** An agent that is gone without an exit code: its shim was killed with it. */
  const endWithoutShim = (): RunEnd | undefined => {
    if (isAlive(record, identify)) return undefined;
    goneSince ??= performance.now();
    const shimLives = identify(record.shimPid)?.zombie === false;
    if (shimLives && performance.now() - goneSince < SHIM_GRACE_MS) return undefined;
    // The shim writes, then ends: what it wrote must be read after it was seen to be gone.
    return readEnd(folder) ?? { time: Date.now() / 1000 };
  };
  const timer = setInterval(() => {
    try {
      look();
    } catch {
      // Could not look, e.g. for lack of descriptors: that says nothing about the agent, and the next poll looks again.
    }
  }, POLL_MS);

  const endedWithin = (seconds: number) =>
    Promise.race([exited.then(() => true), sleep(seconds * 1000, false, { ref: false })]);
  const gone = () => new Error(`${record.agent} (pid ${record.pid}) has ended. Start it again.`);
  const kill = async () => {
    killAgent(record, identify);
    await endedWithin(1);
    killGroup(record);
  };

  const send = async (signal: NodeJS.Signals) => {
    if (signal === "SIGKILL") await kill();
    else signalAgent(record, signal, identify);
  };

  let writing: Promise<unknown> = Promise.resolve();
  return {
    id: record.id,
    agent: record.agent,
    pid: record.pid,
    startTime: record.startTime,
    commandLine: record.commandLine,
    folder,
    outputFile,
    exited,
    get stopped() {
      return record.stopped ?? false;
    },
    write(data) {
      const bytes = typeof data === "string" ? Buffer.from(data) : data;
      const written = writing.then(async () => {
        if (!isAlive(record, identify)) throw gone();
        await writeInput(folder, bytes, INPUT_TIMEOUT).catch((error: Error) => {
          throw new Error(`Can't type into ${record.agent} (pid ${record.pid}): ${error.message}`, { cause: error });
        });
      });
      writing = written.catch(() => {});
      return written;
    },
    async signal(signal) {
      if (!isAlive(record, identify)) throw gone();
      await send(signal);
    },
    async stop({ signal, timeout }) {
      look();
      if (end) return end;
      record.stopped = true;
      const sent = send(signal);
      try {
        writeRecord(folder, record);
      } catch {
        // A full disk or a removed folder must not keep an agent running: only a later collector misses the note.
      }
      await sent;
      const ended = await endedWithin(timeout);
      // Its children may need a moment more; a zombie that nobody reaps looks like one that does.
      for (let i = 0; ended && i < 20 && groupLives(record); i++) await sleep(50);
      if (ended) killGroup(record);
      else await kill();
      return exited;
    },
    dispose() {
      clearInterval(timer);
    },
  };
}
