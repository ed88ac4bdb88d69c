import { type Ask, NoAnswer, refusal } from "./ask.ts";
import { amountOf, type Fields, fieldsOf, listOf } from "./json.ts";

export interface Slot {
  busy: boolean;
  /** The request that it works for. */
  task: number | undefined;
  /** Tokens of the answer so far. */
  decoded: number | undefined;
}

/** What each slot does; undefined where slots are not shown. What they hold of prompts is not looked at. */
export async function askSlots(ask: Ask): Promise<Slot[] | undefined> {
  const { status, body } = await ask("/slots");
  if (status === 501 || status === 404 || status === 400) return undefined;
  if (status !== 200) throw refusal("/slots", status);
  const slots = parseList(body);
  if (!slots) throw new NoAnswer("strange", "Its answer to /slots is no list");
  return slots.map(slotOf);
}

function parseList(body: string): Fields[] | undefined {
  try {
    const list: unknown = JSON.parse(body);
    return Array.isArray(list) ? listOf(list) : undefined;
  } catch {
    return undefined;
  }
}

function slotOf(slot: Fields): Slot {
  // A list since late 2025, an object before.
  const token = Array.isArray(slot.next_token) ? listOf(slot.next_token)[0] : fieldsOf(slot.next_token);
  return {
    // Older ones have a state, 0 for idle.
    busy: slot.is_processing === true || slot.state === 1,
    task: amountOf(slot.id_task) ?? amountOf(slot.task_id),
    decoded: amountOf(token?.n_decoded),
  };
}

/** Tokens a second of the requests that ran at two looks in a row; others have no known part of the interval. */
export class SlotRate {
  #last: { decoded: Map<number, number>; time: number } | undefined;

  next(slots: Slot[], time: number): number | undefined {
    const last = this.#last;
    const running = slots.filter(({ busy }) => busy);
    const decoded = new Map(
      running.flatMap((slot): [number, number][] =>
        slot.task === undefined || slot.decoded === undefined ? [] : [[slot.task, slot.decoded]],
      ),
    );
    this.#last = { decoded, time };
    if (!last || time <= last.time) return undefined;
    const grown = [...decoded].flatMap(([task, count]) => {
      const before = last.decoded.get(task);
      return before === undefined || count < before ? [] : [count - before];
    });
    if (grown.length > 0) return grown.reduce((sum, count) => sum + count, 0) / (time - last.time);
    return undefined;
  }
}
