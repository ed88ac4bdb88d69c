import { hostname } from "node:os";
import { maskSecrets } from "../model/mask.ts";
import type { ObservedResponse } from "../model/observed.ts";
import type { LogRecord, MetricPoint, NormalizedSpan, Source, Span } from "../model/otlp.ts";
import type { Identify } from "../model/process.ts";
import { queryTypeOf } from "../model/queryTypes.ts";
import type { RunState } from "../model/state.ts";
import type { Agent } from "./agent.ts";
import type { Hub } from "./hub.ts";
import type { Logger } from "./log.ts";

/** A process that can't be seen from here has ended when nothing came from it for so long, seconds. */
const SILENCE = 300;
const TOO_MANY = "too many agents";

export interface TelemetryOptions {
  hub: Hub;
  identify: Identify;
  normalise: (span: Span) => NormalizedSpan | undefined;
  now: () => number;
  log: Logger;
}

/** The agent that OpenTelemetry data is of. */
interface Target {
  agent: Agent;
  run: RunState | undefined;
  pid: number | undefined;
}

/** Brings what OpenTelemetry tells to the agents that it is of: by `process.pid`, else by `service.name`. */
export class Telemetry {
  /** What was of no agent that could be taken in, by reason. */
  readonly rejected: Record<string, number> = {};
  readonly #options: TelemetryOptions;
  /** Of the sources of the current request: all that came together share one. */
  readonly #targets = new WeakMap<Source, Target | null>();
  /** Runs whose process can't be seen from here, with the time when something last came. */
  readonly #invisible = new Map<RunState, number>();

  constructor(options: TelemetryOptions) {
    this.#options = options;
  }

  spans(spans: readonly Span[]): void {
    const { normalise, now } = this.#options;
    const time = now();
    for (const span of spans) {
      const target = this.#target(span.source, time);
      if (!target) continue;
      const { record } = target.agent;
      const normalized = normalise(span);
      if (!record.place(time, span, normalized)) continue;
      const observed = normalized && this.#observed(span, normalized, target);
      if (observed) record.observe(time, observed);
      record.span(time, span, normalized, target.pid);
    }
  }

  metrics(points: readonly MetricPoint[]): void {
    const time = this.#options.now();
    for (const point of points) this.#target(point.source, time)?.agent.record.metric(point);
  }

  logs(records: readonly LogRecord[]): void {
    const time = this.#options.now();
    for (const record of records) {
      const message = record.message === undefined ? undefined : maskSecrets(record.message);
      this.#target(record.source, time)?.agent.record.log({ ...record, ...(message !== undefined && { message }) });
    }
  }

  /** Ends runs that were told by OpenTelemetry alone and fell silent. */
  sweep(): void {
    const { hub, now } = this.#options;
    for (const [run, last] of this.#invisible) {
      if (run.endTime === undefined && now() - last < SILENCE) continue;
      this.#invisible.delete(run);
      hub.end(run, { time: last });
    }
  }

  /** What counts as a response; wrappers and turns do not. */
  #observed(span: Span, normalized: NormalizedSpan, target: Target): ObservedResponse | undefined {
    const { role, model, label, timeToFirstToken, inputTokens, outputTokens, errorType, turnId } = normalized;
    if (role === "agent" || role === "turn") return undefined;
    const failed = span.status === "error" || errorType !== undefined;
    return {
      type: "response",
      door: "otlp",
      role,
      ...queryTypeOf(role, model, this.#options.hub.models(target.agent)),
      start: span.start,
      duration: span.duration,
      outcome: normalized.cancelled ? "cancelled" : failed ? "error" : "ok",
      traceId: span.traceId,
      spanId: span.spanId,
      ...(span.parentSpanId !== undefined && { parentSpanId: span.parentSpanId }),
      ...(target.pid !== undefined && { pid: target.pid }),
      ...(label !== undefined && { label }),
      ...(model !== undefined && { model }),
      ...(timeToFirstToken !== undefined && { timeToFirstToken }),
      ...(inputTokens !== undefined && { inputTokens }),
      ...(outputTokens !== undefined && { outputTokens }),
      ...(errorType !== undefined && { errorType }),
      ...(turnId !== undefined && { turnId }),
    };
  }

  /** Undefined when there are too many agents to take one more in: what is of the others is not lost with it. */
  #target(source: Source, time: number): Target | undefined {
    const { hub, log } = this.#options;
    let target = this.#targets.get(source);
    if (target === undefined || target?.run?.endTime !== undefined) {
      try {
        target = this.#find(source, time);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (!this.rejected[TOO_MANY]) log("warning", `OpenTelemetry: ${message} Further ones are only counted.`);
        target = null;
      }
      this.#targets.set(source, target);
    }
    if (target === null) {
      this.rejected[TOO_MANY] = (this.rejected[TOO_MANY] ?? 0) + 1;
      return undefined;
    }
    if (target.run && this.#invisible.has(target.run)) this.#invisible.set(target.run, time);
    hub.active(target.agent, time);
    return target;
  }

  #find({ resource }: Source, time: number): Target {
    const { hub, identify } = this.#options;
    // A pid of another machine or container may be that of a stranger here.
    const pid = isHere(resource) ? positive(resource["process.pid"]) : undefined;
    const around = pid === undefined ? undefined : hub.runAround(pid);
    const owner = around && hub.agentOf(around);
    if (around && owner) return { agent: owner, run: around, pid };
    const agent = hub.admit(nameOf(resource));
    const identity = pid === undefined ? undefined : identify(pid);
    const living = agent.living[0];
    // Of a process that it does not name, or that is another container's: the agent's own run, where it has one.
    if (living && !identity) return { agent, run: living, pid: undefined };
    const instance = text(resource["service.instance.id"])?.slice(0, 64) ?? pid ?? "";
    const begin = {
      id: identity ? `${identity.pid}-${Math.round(identity.startTime)}` : `otlp-${agent.name}-${instance}`,
      origin: "connected" as const,
      pid: identity?.pid ?? 0,
      startTime: identity?.startTime ?? time,
    };
    const run = hub.begin(agent, begin, identity !== undefined);
    const runtime = text(resource["process.runtime.name"]);
    if (runtime) run.runtime = [runtime, text(resource["process.runtime.version"])].filter(Boolean).join(" ");
    if (!identity) this.#invisible.set(run, time);
    return { agent, run, pid: identity?.pid };
  }
}

/** A name given by the agent itself; the standard's default, `unknown_service:node`, says less than its program. */
function nameOf(resource: Source["resource"]): string {
  const name = text(resource["service.name"]);
  if (name && !name.startsWith("unknown_service")) return name.slice(0, 128);
  const command = text(resource["process.command"]) ?? text(resource["process.executable.name"]);
  const program = command?.split(/[\\/]/).at(-1);
  return (program ?? name ?? "unknown_service").slice(0, 128);
}

/** By the host's first name: the rest of it changes with the network. */
function isHere(resource: Source["resource"]): boolean {
  const first = (name: string) => name.toLowerCase().split(".", 1)[0];
  const host = text(resource["host.name"]);
  return host === undefined || first(host) === first(hostname());
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function positive(value: unknown): number | undefined {
  const number = Number(value);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}
