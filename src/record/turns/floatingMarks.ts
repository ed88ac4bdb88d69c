import type { TurnState } from "./turnState.ts";

const MARKS_KEPT = 100;
/** The user's speech ends so long before its turn at most, and the turn may begin so long before it ends, seconds. */
const SPEECH_GAP = 10;
const SPEECH_OVERLAP = 1;

interface FloatingMark {
  traceId: string;
  name: string;
  time: number;
}

/** Moments that spans beside the turn's own told, until a turn claims them. */
export class FloatingMarks {
  #marks: FloatingMark[] = [];

  add(traceId: string, marks: readonly { name: string; time: number }[]): void {
    for (const mark of marks) this.#marks.push({ traceId, ...mark });
    if (this.#marks.length > MARKS_KEPT) this.#marks.splice(0, this.#marks.length - MARKS_KEPT);
  }

  /**
   * Gives a turn those that are its own: the user's last word before it, the agent's first one in it.
   * @returns true when there was one
   */
  claim(turn: TurnState): boolean {
    const own = this.#marks.filter((mark) => belongs(mark, turn)).sort((a, b) => a.time - b.time);
    for (const { name, time } of own) {
      if (name === "end_of_utterance" || !turn.marks.has(name)) turn.marks.set(name, time);
    }
    if (own.length > 0) this.#marks = this.#marks.filter((mark) => !own.includes(mark));
    return own.length > 0;
  }
}

function belongs(mark: FloatingMark, turn: TurnState): boolean {
  if (mark.traceId !== turn.traceId || turn.marks.has(mark.name)) return false;
  if (mark.name !== "end_of_utterance") return mark.time >= turn.start && mark.time <= turn.end + SPEECH_OVERLAP;
  return mark.time <= turn.start + SPEECH_OVERLAP && mark.time > turn.start - SPEECH_GAP;
}
