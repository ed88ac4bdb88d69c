import type { NormalizedSpan, Span } from "../../model/otlp.ts";
import type { TurnRow } from "../../model/turns.ts";
import type { Mark, Turn } from "../../model/wire.ts";
import type { Counted } from "../join/counted.ts";
import { FloatingMarks } from "./floatingMarks.ts";
import { rowOf } from "./turnRow.ts";
import { MAX_PARTS, type TurnState } from "./turnState.ts";

const TURNS_KEPT = 500;
const ORPHANS_KEPT = 200;
/** A turn of which nothing came for so long is over, seconds. */
const IDLE = 30;
/** What was told a little before or after its turn still belongs to it, seconds. */
const SLACK = 0.1;

/**
 * The turns of one agent. What belongs together is found by the agent's turn id, else by trace id, else by time: an
 * operation that lies within exactly one turn of its process is a part of it.
 */
export class TurnBook {
  readonly #turns: TurnState[] = [];
  readonly #byId = new Map<string, TurnState>();
  readonly #byTrace = new Map<string, TurnState>();
  /** Operations that no turn has claimed yet, oldest first. */
  #orphans: Counted[] = [];
  readonly #marks = new FloatingMarks();
  readonly #dirty = new Set<TurnState>();
  readonly #rows = new Map<TurnState, TurnRow>();
  #next = 0;
  #swept = 0;

  /** An operation was counted, or changed after it was. */
  response(now: number, part: Counted): void {
    const { turnId, traceId } = part.response;
    const turn = this.#turnOf(now, part);
    if (turn) {
      this.#add(now, turn, part);
      if (traceId !== undefined && turnId !== undefined) this.#bind(traceId, turn);
    } else if (this.#next > 0 || part.door !== "sdk") {
      if (!this.#orphans.includes(part)) this.#orphans.push(part);
      if (this.#orphans.length > ORPHANS_KEPT) this.#orphans.shift();
    }
  }

  mark(now: number, mark: Mark, pid: number): void {
    if (mark.turnId === undefined) return;
    const turn = this.#ensure(now, mark.turnId, mark.time, pid);
    if (!turn.marks.has(mark.name)) turn.marks.set(mark.name, mark.time);
    this.#touch(now, turn);
  }

  /** The agent's client told of a turn that ended. */
  turn(now: number, event: Turn, pid: number): void {
    const turn = this.#ensure(now, event.id, event.start, pid);
    Object.assign(turn, {
      start: event.start,
      end: event.start + event.duration,
      bounded: true,
      byRoot: false,
      ended: true,
      outcome: event.outcome,
      interrupted: event.interrupted === true,
    });
    this.#touch(now, turn);
    this.#claimOrphans(now, turn);
    this.#takeOver(now, turn);
  }

  /**
   * Any span, after what it told as a response: a span of the turn itself, or the root of a trace, says when the turn
   * began and ended.
   * @returns true when a turn ended with it
   */
  span(now: number, span: Span, normalized: NormalizedSpan | undefined, pid: number | undefined): boolean {
    const isTurn = normalized?.role === "turn";
    const isRoot = span.parentSpanId === undefined || span.kind === 2;
    if (!isTurn && normalized?.marks) {
      this.#marks.add(span.traceId, normalized.marks);
      for (const turn of this.#turns.slice(-20)) if (turn.bounded && this.#marks.claim(turn)) this.#touch(now, turn);
    }
    if (!isTurn && !isRoot) return false;
    let turn = this.#byTrace.get(span.traceId);
    const end = span.start + span.duration;
    // A conversation in one trace: the next turn's span finds a trace whose turn is told already.
    if (isTurn && (!turn || (turn.bounded && turn.start !== span.start))) {
      const later = turn
        ? turn.parts.filter((p) => within(p, span.start, end) && p.response.start > (turn?.end ?? 0))
        : [];
      if (turn) turn.parts = turn.parts.filter((p) => !later.includes(p));
      turn = this.#open(now, normalized?.turnId ?? `${span.traceId}:${span.spanId}`, span.start, pid);
      turn.traceId = span.traceId;
      this.#bind(span.traceId, turn);
      for (const part of later) this.#add(now, turn, part);
    }
    if (!turn) return false;
    // A process that was asked within the turn tells its own part of the trace first.
    const isAround = turn.byRoot && span.start <= turn.start && end >= turn.end;
    if (turn.bounded && !isTurn && turn.ended && !isAround) return false;
    const first = !turn.ended || !turn.bounded;
    Object.assign(turn, {
      start: Math.min(span.start, isTurn ? span.start : turn.start),
      end,
      bounded: true,
      byRoot: !isTurn,
      ended: true,
    });
    if (isAround) turn.outcome = "ok";
    const failed = span.status === "error" || normalized?.errorType !== undefined;
    if (failed) turn.outcome = "error";
    if (normalized?.interrupted) turn.interrupted = true;
    if (normalized?.cancelled || normalized?.interrupted) turn.outcome = "cancelled";
    if (normalized?.heardSilence !== undefined) turn.heardSilence = normalized.heardSilence;
    for (const mark of normalized?.marks ?? []) if (!turn.marks.has(mark.name)) turn.marks.set(mark.name, mark.time);
    if (isTurn) this.#marks.claim(turn);
    this.#touch(now, turn);
    this.#claimOrphans(now, turn);
    return first;
  }

  /** Rows that changed since the last call. */
  changedRows(now: number): TurnRow[] {
    this.#closeIdle(now);
    const changed = [...this.#dirty].map((turn) => {
      const row = rowOf(turn);
      if (turn.gone) this.#rows.delete(turn);
      else this.#rows.set(turn, row);
      return row;
    });
    this.#dirty.clear();
    return changed.sort((a, b) => a.index - b.index);
  }

  /** All rows, oldest first. */
  rows(now: number): TurnRow[] {
    this.changedRows(now);
    return this.#turns.flatMap((turn) => this.#rows.get(turn) ?? []);
  }

  get(index: number): TurnState | undefined {
    return this.#turns.find((turn) => turn.index === index && !turn.gone);
  }

  #turnOf(now: number, part: Counted): TurnState | undefined {
    const { turnId, traceId, start } = part.response;
    if (turnId !== undefined) return this.#ensure(now, turnId, start, part.pid);
    const known = traceId === undefined ? undefined : this.#byTrace.get(traceId);
    if (known) return known;
    const around = this.#around(part);
    if (around) {
      if (traceId !== undefined) this.#bind(traceId, around);
      return around;
    }
    if (traceId === undefined || part.role === "embedding" || part.role === "tool") return undefined;
    const turn = this.#open(now, traceId, start, part.pid);
    turn.traceId = traceId;
    this.#bind(traceId, turn);
    for (const orphan of this.#orphans.filter((o) => o.response.traceId === traceId)) this.#claim(now, turn, orphan);
    return turn;
  }

  /** The only turn of its process that it lies within. */
  #around(part: Counted): TurnState | undefined {
    let found: TurnState | undefined;
    for (let i = this.#turns.length - 1; i >= 0 && i >= this.#turns.length - 20; i--) {
      const turn = this.#turns[i];
      if (!turn || turn.gone || !turn.bounded || !within(part, turn.start, turn.end)) continue;
      if (turn.pid !== undefined && part.pid !== undefined && turn.pid !== part.pid) continue;
      if (found) return undefined;
      found = turn;
    }
    return found;
  }

  #ensure(now: number, id: string, start: number, pid: number | undefined): TurnState {
    return this.#byId.get(id) ?? this.#open(now, id, start, pid);
  }

  #open(now: number, id: string, start: number, pid: number | undefined): TurnState {
    const turn: TurnState = {
      index: this.#next++,
      id,
      pid,
      traceId: undefined,
      traces: [],
      bounded: false,
      byRoot: false,
      start,
      end: start,
      ended: false,
      outcome: "ok",
      interrupted: false,
      heardSilence: undefined,
      marks: new Map(),
      parts: [],
      touched: now,
      gone: false,
    };
    this.#turns.push(turn);
    this.#byId.set(id, turn);
    if (this.#turns.length > TURNS_KEPT) this.#forget(this.#turns.shift());
    this.#touch(now, turn);
    return turn;
  }

  #add(now: number, turn: TurnState, part: Counted): void {
    if (!turn.parts.includes(part) && turn.parts.length < MAX_PARTS) turn.parts.push(part);
    const { start, duration, traceId } = part.response;
    if (!turn.bounded) {
      turn.start = Math.min(turn.start, start);
      turn.end = Math.max(turn.end, start + duration);
    }
    turn.traceId ??= traceId;
    this.#touch(now, turn);
  }

  #claim(now: number, turn: TurnState, orphan: Counted): void {
    this.#orphans = this.#orphans.filter((o) => o !== orphan);
    this.#add(now, turn, orphan);
  }

  #claimOrphans(now: number, turn: TurnState): void {
    for (const orphan of this.#orphans) {
      if (!orphan.gone && this.#around(orphan) === turn) this.#claim(now, turn, orphan);
    }
  }

  /** Turns that were made of a trace before the agent told its turn around it. */
  #takeOver(now: number, turn: TurnState): void {
    for (const other of this.#turns.slice(-20)) {
      if (other === turn || other.gone || other.traceId !== other.id || other.parts.length === 0) continue;
      if (!other.parts.every((part) => this.#around(part) === turn || other.bounded)) continue;
      if (!other.parts.every((part) => within(part, turn.start, turn.end) && part.pid === turn.pid)) continue;
      other.gone = true;
      this.#bind(other.id, turn);
      for (const part of other.parts) this.#add(now, turn, part);
      this.#dirty.add(other);
    }
  }

  /** What comes of this trace from now on is a part of this turn. */
  #bind(traceId: string, turn: TurnState): void {
    if (this.#byTrace.get(traceId) === turn) return;
    this.#byTrace.set(traceId, turn);
    turn.traces.push(traceId);
    if (turn.traces.length <= MAX_PARTS) return;
    const oldest = turn.traces.shift();
    if (oldest !== undefined && this.#byTrace.get(oldest) === turn) this.#byTrace.delete(oldest);
  }

  #touch(now: number, turn: TurnState): void {
    turn.touched = now;
    this.#dirty.add(turn);
  }

  #forget(turn: TurnState | undefined): void {
    if (!turn) return;
    this.#byId.delete(turn.id);
    this.#rows.delete(turn);
    this.#dirty.delete(turn);
    for (const trace of turn.traces) if (this.#byTrace.get(trace) === turn) this.#byTrace.delete(trace);
  }

  #closeIdle(now: number): void {
    if (now - this.#swept < 1) return;
    this.#swept = now;
    for (const turn of this.#turns) {
      if (turn.ended || now - turn.touched < IDLE) continue;
      turn.ended = true;
      this.#dirty.add(turn);
    }
  }
}

function within(part: Counted, from: number, to: number): boolean {
  const { start, duration } = part.response;
  return start >= from - SLACK && start + duration <= to + SLACK;
}
