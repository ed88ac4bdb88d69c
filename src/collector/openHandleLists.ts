import type { AttachedInspector } from "../inputs/inspector/attached.ts";
import { HandleRecorder, readNotes } from "../inputs/inspector/handles/handleRecorder.ts";
import { groupHandles } from "../inputs/sampling/handles/groupHandles.ts";
import { readHandles } from "../inputs/sampling/handles/readHandles.ts";
import type { HandleGroup, HandleRecording, OpenHandle, OpenHandles } from "../model/openHandles.ts";
import type { RunState } from "../model/state.ts";
import type { Agent } from "./agent.ts";
import { HandleOrigins } from "./handleOrigins.ts";
import type { Inspected } from "./inspected.ts";
import type { Logger } from "./log.ts";

export interface OpenHandleListsOptions {
  inspected: Inspected;
  /** The runs whose inspectors are attached to already. */
  attachedTo: () => ReadonlyMap<RunState, AttachedInspector>;
  /** Unix seconds. */
  now: () => number;
  log: Logger;
}

interface Recording {
  recorder: HandleRecorder;
  inspector: AttachedInspector;
  since: number;
  until: number;
  timer: NodeJS.Timeout;
}

/** What agents have open, and where it was made while that is noted. */
export class OpenHandleLists {
  readonly #options: OpenHandleListsOptions;
  readonly #recordings = new Map<RunState, Recording>();
  /** Those of the setting, in all that are attached to; beside those that are asked for. */
  readonly #standing = new Map<RunState, Promise<HandleRecorder | undefined>>();
  #always = false;

  constructor(options: OpenHandleListsOptions) {
    this.#options = options;
  }

  /** Whether it is noted in all agents, from the time on that their inspectors are attached to. */
  noteAlways(always: boolean): void {
    if (always === this.#always) return;
    this.#always = always;
    if (always) for (const [run, inspector] of this.#options.attachedTo()) this.attached(run, inspector);
    else for (const run of [...this.#standing.keys()]) void this.#endStanding(run);
  }

  /** A run's inspector is attached to, perhaps once more. */
  attached(run: RunState, inspector: AttachedInspector): void {
    if (!this.#always) return;
    void this.#endStanding(run);
    const starting = HandleRecorder.start(inspector).catch((error: Error) => {
      this.#options.log("warning", `What process ${run.pid} opens can't be noted: ${error.message}`);
      return undefined;
    });
    this.#standing.set(run, starting);
  }

  async #endStanding(run: RunState): Promise<void> {
    const starting = this.#standing.get(run);
    this.#standing.delete(run);
    await (await starting)?.stop();
  }

  /** Nothing is attached to for it. @throws when it can't be had, with what to do */
  async list(agent: Agent): Promise<OpenHandles> {
    const run = this.#runOf(agent);
    const inspector = this.#options.attachedTo().get(run);
    const { processes, handles, notes, group } = await this.#read(run, inspector);
    const time = this.#options.now();
    const recording = this.#recordings.get(run);
    return {
      time,
      processes,
      groups: group(handles),
      ...(notes.length > 0 && {
        recording: {
          since: Math.min(...notes.map(({ since }) => since)),
          ...(recording && { until: recording.until }),
          lost: notes.reduce((sum, { lost }) => sum + lost, 0),
        },
      }),
    };
  }

  /**
   * Notes for so many seconds where new ones are made; 0 ends it at once.
   * @throws when it can't be done, with what to do
   */
  async record(agent: Agent, seconds: number): Promise<HandleRecording | undefined> {
    const { now } = this.#options;
    if (seconds === 0) {
      await this.stop(this.#runOf(agent));
      return undefined;
    }
    const { run, inspector } = await this.#options.inspected(
      agent,
      "the lines that open files and sockets are noted in Node alone.",
    );
    const known = this.#recordings.get(run);
    if (known?.inspector !== inspector) await this.stop(run);
    const recorder = this.#recordings.get(run)?.recorder ?? (await HandleRecorder.start(inspector));
    const since = this.#recordings.get(run)?.since ?? now();
    clearTimeout(this.#recordings.get(run)?.timer);
    const timer = setTimeout(() => void this.stop(run), seconds * 1000).unref();
    const recording = { recorder, inspector, since, until: now() + seconds, timer };
    this.#recordings.set(run, recording);
    return { since, until: recording.until, lost: 0 };
  }

  /**
   * What is opened while something is done, and still open at its end.
   * @throws when the agent doesn't let it be noted, or what is done throws
   */
  async openedDuring(run: RunState, inspector: AttachedInspector, act: () => Promise<void>): Promise<HandleGroup[]> {
    const recorder = await HandleRecorder.start(inspector);
    try {
      const since = this.#options.now();
      await act();
      const { handles, group } = await this.#read(run, inspector);
      return group(handles.filter(({ origin }) => origin !== undefined && origin.time >= since));
    } finally {
      await recorder.stop();
    }
  }

  async #read(run: RunState, inspector: AttachedInspector | undefined) {
    const notes = inspector ? await readNotes(inspector) : [];
    const { processes, handles } = await readHandles(run.pid);
    const origins = new HandleOrigins(notes, run.startTime);
    for (const handle of handles) {
      const origin = handle.pid === run.pid ? origins.of(handle) : undefined;
      if (origin) handle.origin = origin;
    }
    const port = inspector && !inspector.debugger ? Number(new URL(inspector.url).port) : undefined;
    const group = (some: readonly OpenHandle[]) =>
      groupHandles(some, this.#options.now(), port).map((one) => withNote(one, origins));
    return { processes, handles, notes, group };
  }

  runEnded(run: RunState): void {
    void this.stop(run);
    void this.#endStanding(run);
  }

  /** Nobody asks any more. */
  async stop(run: RunState): Promise<void> {
    const recording = this.#recordings.get(run);
    if (!recording) return;
    this.#recordings.delete(run);
    clearTimeout(recording.timer);
    await recording.recorder.stop();
  }

  #runOf(agent: Agent): RunState {
    const run = agent.living.find((one) => this.#options.attachedTo().has(one)) ?? agent.living[0];
    if (!run) throw new Error(`${agent.name} does not run: start it first.`);
    if (run.pid === 0)
      throw new Error(`${agent.name} is known by its OpenTelemetry data alone: attach to its process first.`);
    return run;
  }
}

function withNote(group: HandleGroup, { note }: HandleOrigins): HandleGroup {
  const frames = group.handles[0]?.origin?.frames ?? [];
  if (group.location || frames.length === 0) return group;
  const locationNote = note ?? `Opened in ${frames[0]?.file}:${frames[0]?.line}, of which no line is your own.`;
  return { ...group, locationNote };
}
