import type { Hello, Log, Mark, Memory, Metric, Voice } from "../model/wire.ts";
import { agentName } from "./agentName.ts";
import type {
  MemoryUsage,
  Monitor,
  MonitorOptions,
  PerformanceSummary,
  ResponseDetails,
  ResponseTracker,
  Turn,
} from "./api.ts";
import { processStart, unixTime } from "./clock.ts";
import { Commands } from "./commands.ts";
import { Connection } from "./connection.ts";
import { forgetAtExit, sendBeforeExit } from "./exit.ts";
import { count, scalars, seconds, text } from "./json.ts";
import { measure } from "./measure.ts";
import { memoryUsage } from "./memory.ts";
import type { Droppable } from "./outbox.ts";
import { Recorder } from "./recorder.ts";
import { activeSpan } from "./span.ts";
import { describe } from "./summary.ts";
import { details, outcomeOf, Tracker } from "./tracker.ts";
import { TurnHandle } from "./turn.ts";
import { CLIENT } from "./version.ts";
import { warnOnce } from "./warn.ts";

const PROTOCOL = 1;
const QUEUE_SIZE = 10_000;
const MEMORY_INTERVAL = 5000;
const CLOSE_PATIENCE = 500;
/** A longer duration is a mistake in the arguments. */
const LONGEST = 7 * 24 * 3600 * 1000;

const positive = (value: unknown, otherwise: number) => (typeof value === "number" && value >= 1 ? value : otherwise);
const now = () => seconds(unixTime(performance.now()));
const duration = (value: unknown): value is number => typeof value === "number" && value >= 0 && value <= LONGEST;

/** A monitor that reports to the collector at `socket`. */
export class ConnectedMonitor implements Monitor {
  #agent: string;
  #connection: Connection;
  #recorder: Recorder;
  #commands = new Commands(() => this.#readMemory());
  #voice = { success: 0, failure: 0 };
  #memoryInterval: number;
  #memoryTimer: NodeJS.Timeout | undefined;
  #turnPrefix = Math.random().toString(36).slice(2, 8);
  #turns = 0;

  constructor(socket: string, options: MonitorOptions) {
    this.#agent = text(options.agent ?? agentName(), 256, "agent");
    this.#memoryInterval = positive(options.memoryInterval, MEMORY_INTERVAL);
    const hello: Hello = {
      type: "hello",
      protocol: PROTOCOL,
      agent: this.#agent,
      pid: process.pid,
      startTime: processStart(),
      token: options.token ?? process.env.AGENT_VITALS_TOKEN ?? "",
      runtime: `Node ${process.versions.node}`,
      client: CLIENT,
      ...(options.primaryQueryType && { primaryQueryType: text(options.primaryQueryType, 256, "other") }),
    };
    this.#connection = new Connection(
      socket,
      JSON.stringify(hello),
      positive(options.queueSize, QUEUE_SIZE),
      (command) => {
        void this.#commands.answer(command).then((reply) => this.#connection.send(JSON.stringify(reply)));
      },
    );
    this.#recorder = new Recorder(this.#connection);
    sendBeforeExit(this.#connection);
  }

  get enabled(): boolean {
    return !this.#connection.stopped;
  }

  get queued(): number {
    const { put, sent } = this.#connection.outbox;
    return put - sent;
  }

  trackResponseTime(start: number, end: number, queryType: string, given?: ResponseDetails): void {
    const more = given ?? {};
    // Two clocks may be mixed; within one, the difference of the values themselves is the exact one.
    const took = start > 1e11 === end > 1e11 ? end - start : unixTime(end) - unixTime(start);
    if (!duration(took)) {
      warnOnce(`trackResponseTime: from ${start} to ${end} is no duration of a response, it was not counted`);
      return;
    }
    const first = duration(more.timeToFirstToken) ? more.timeToFirstToken : undefined;
    this.#recorder.response(queryType, start, took, outcomeOf(more.outcome), details(more) + activeSpan(), first);
  }

  measure<T>(queryType: string, fn: () => T): T {
    return measure(this.#recorder, queryType, "", fn);
  }

  startResponse(queryType: string, given?: { turnId?: string; model?: string }): ResponseTracker {
    return new Tracker(this.#recorder, queryType, details({ turnId: given?.turnId }), given?.model);
  }

  timed(queryType: string) {
    return <T, A extends unknown[], R>(method: (this: T, ...args: A) => R, _context: ClassMethodDecoratorContext) => {
      const recorder = this.#recorder;
      return function (this: T, ...args: A): R {
        return measure(recorder, queryType, "", () => method.apply(this, args));
      };
    };
  }

  startTurn(options?: { id?: string }): Turn {
    const id = text(options?.id ?? `${this.#turnPrefix}-${++this.#turns}`, 128, "turn");
    return new TurnHandle(this.#recorder, id, (name, turnId) => this.#mark(name, turnId));
  }

  mark(name: string): void {
    this.#mark(name);
  }

  trackVoiceReliability(
    success: boolean | { success: number; failure: number },
    given?: { stage?: string; reason?: string; quality?: number; latency?: number },
  ): void {
    if (!this.enabled) return;
    const more = given ?? {};
    const counts = success && typeof success === "object" ? success : { success: +!!success, failure: +!success };
    const event: Voice = {
      type: "voice",
      time: now(),
      success: count(counts.success) ?? 0,
      failure: count(counts.failure) ?? 0,
      ...(more.stage && { stage: text(more.stage, 256, "") }),
      ...(more.reason && { reason: text(more.reason, 256, "") }),
      ...(Number.isFinite(more.quality) && { quality: more.quality }),
      ...(duration(more.latency) && { latency: seconds(more.latency) }),
    };
    if (event.success + event.failure === 0) return;
    this.#voice.success += event.success;
    this.#voice.failure += event.failure;
    const { outbox } = this.#connection;
    if (outbox.full) outbox.foldVoice(event);
    else outbox.append(JSON.stringify(event));
  }

  monitorMemoryUsage(): MemoryUsage {
    if (this.enabled) this.#memoryTimer ??= setInterval(() => this.#readMemory(), this.#memoryInterval).unref();
    return this.#readMemory();
  }

  recordMetric(
    name: string,
    value: number,
    unit: string,
    attributes?: Record<string, string | number | boolean>,
  ): void {
    if (!Number.isFinite(value)) {
      warnOnce(`recordMetric: ${name} is ${value}, it was not recorded`);
      return;
    }
    const kept = scalars(attributes);
    this.#offer<Metric>("metrics", {
      type: "metric",
      time: now(),
      name: text(name, 256, "unnamed"),
      value,
      unit: text(unit, 64, "1"),
      ...(kept && { attributes: kept }),
    });
  }

  logPerformanceMetrics(): PerformanceSummary {
    const responses = [...this.#recorder.queryTypes.values()].map(({ name, session }) => [name, session.summary()]);
    const summary = { agent: this.#agent, responses: Object.fromEntries(responses), voice: { ...this.#voice } };
    const message = text(describe(summary), 16384, "");
    this.#offer<Log>("logs", { type: "log", time: now(), severity: "info", message });
    return summary;
  }

  onCleanup(fn: () => unknown): () => void {
    return this.#commands.cleanup.add(fn);
  }

  onShutdown(fn: () => unknown): () => void {
    return this.#commands.shutdown.add(fn);
  }

  flush(): Promise<void> {
    return this.#connection.flush();
  }

  async close(): Promise<void> {
    clearInterval(this.#memoryTimer);
    await this.#connection.close(CLOSE_PATIENCE);
    forgetAtExit(this.#connection);
  }

  #mark(name: string, turnId?: string): void {
    this.#offer<Mark>("marks", {
      type: "mark",
      name: text(name, 256, "unnamed"),
      time: now(),
      ...(turnId && { turnId }),
    });
  }

  #readMemory(): MemoryUsage {
    const usage = memoryUsage();
    this.#offer<Memory>("metrics", { type: "memory", time: now(), ...usage });
    return usage;
  }

  #offer<T>(kind: Droppable, event: T): void {
    if (this.enabled) this.#connection.outbox.offer(JSON.stringify(event), kind);
  }
}
