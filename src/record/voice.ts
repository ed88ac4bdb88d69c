import type { VoiceReliability } from "../model/state.ts";
import type { Voice } from "../model/wire.ts";
import { CHART_BUCKET, CHART_SPAN } from "./latency.ts";

interface VoicePoint {
  time: number;
  success: number;
  failure: number;
}

/** Voice interactions of one agent's run: how many succeeded, and why the others failed. */
export class VoiceRecord {
  #success = 0;
  #failure = 0;
  #failures = new Map<string, { stage: string; reason: string; count: number }>();
  #points = new Map<number, VoicePoint>();
  #dirty = new Set<number>();

  record(now: number, voice: Voice): void {
    this.#success += voice.success;
    this.#failure += voice.failure;
    if (voice.failure > 0) {
      const stage = voice.stage ?? "unknown stage";
      const reason = voice.reason ?? "no reason given";
      const key = `${stage}\n${reason}`;
      // Reasons come from the agent: a reason that carries an id must not grow this without bound.
      const entry =
        this.#failures.get(key) ??
        (this.#failures.size < 200 ? { stage, reason, count: 0 } : { stage: "other", reason: "other", count: 0 });
      const kept = entry.stage === "other" ? "other\nother" : key;
      const known = this.#failures.get(kept) ?? entry;
      known.count += voice.failure;
      this.#failures.set(kept, known);
    }
    const time = voice.time > now || voice.time < now - CHART_SPAN ? now : voice.time;
    const start = Math.floor(time / CHART_BUCKET) * CHART_BUCKET;
    const point = this.#points.get(start) ?? { time: start, success: 0, failure: 0 };
    point.success += voice.success;
    point.failure += voice.failure;
    this.#points.set(start, point);
    this.#dirty.add(start);
  }

  /** Begins anew, with a new run. */
  startSession(): void {
    this.#success = 0;
    this.#failure = 0;
    this.#failures.clear();
  }

  /** Undefined before the first interaction of the run. */
  reliability(): VoiceReliability | undefined {
    if (this.#success + this.#failure === 0) return undefined;
    const failures = [...this.#failures.values()].sort((a, b) => b.count - a.count);
    return { success: this.#success, failure: this.#failure, failures: failures.slice(0, 20) };
  }

  points(): VoicePoint[] {
    return [...this.#points.values()].sort((a, b) => a.time - b.time);
  }

  /** Buckets that changed since the last call. */
  changedPoints(now: number): VoicePoint[] {
    const changed = [...this.#dirty].flatMap((start) => this.#points.get(start) ?? []);
    this.#dirty.clear();
    for (const start of this.#points.keys()) if (start < now - CHART_SPAN) this.#points.delete(start);
    return changed;
  }
}
