import type { Door, ObservedResponse, Role } from "../../model/observed.ts";
import type { Response } from "../../model/wire.ts";

/** A response that was counted: what it is now, with everything that the doors told of it. */
export interface Counted {
  /** Merged from all that was told. */
  response: Response;
  /** The best door that told it. */
  door: Door;
  pid: number | undefined;
  role: Role | undefined;
  named: boolean;
  label: string | undefined;
  /** What each door told, set once there is more than one. */
  told?: ObservedResponse[];
  /** Counted as part of another one since. */
  gone?: boolean;
  /** Where the record keeps it: number of its row, second of its slot, session it was counted in. */
  row: number;
  second: number;
  session: number;
}

const rank: Record<Door, number> = { sdk: 0, otlp: 1, probe: 2 };

const sdkRoles = new Map<string, Role>([
  ["talker", "llm"],
  ["thinker", "llm"],
  ["embedding", "embedding"],
  ["rag_search", "retrieval"],
  ["tool", "tool"],
  ["stt", "stt"],
  ["tts", "tts"],
  ["turn", "turn"],
]);

/** As one door told it. */
export function counted(observed: ObservedResponse): Counted {
  const { door, pid, role, named, label } = observed;
  return { response: observed, door, pid, role, named, label, row: -1, second: 0, session: 0 };
}

/** A response of a client, without a copy: by far the most come this way. */
export function countedOfClient(response: Response, pid: number): Counted {
  const role = sdkRoles.get(response.queryType);
  return { response, door: "sdk", pid, role, named: true, label: undefined, row: -1, second: 0, session: 0 };
}

/** Everything that was told of it, as observations. */
export function toldOf(one: Counted): ObservedResponse[] {
  if (one.told) return one.told;
  const { response, door, pid, role, named, label } = one;
  return [
    {
      ...response,
      door,
      named,
      ...(pid !== undefined && { pid }),
      ...(role && { role }),
      ...(label !== undefined && { label }),
    },
  ];
}

const gaps = ["model", "inputTokens", "outputTokens", "turnId", "traceId", "spanId", "errorType"] as const;

/** Adds what another door told: the best one's figures stand, the others fill its gaps. */
export function merge(into: Counted, observed: readonly ObservedResponse[]): void {
  const told = [...toldOf(into), ...observed];
  // Of several of one door (tries of one call) the last one ended it.
  told.sort((a, b) => rank[a.door] - rank[b.door] || b.start + b.duration - (a.start + a.duration));
  const [best] = told;
  if (!best) return;
  const { door: _, pid: __, role: ___, named: ____, label: _____, parentSpanId: ______, ...response } = best;
  for (const other of told) {
    for (const key of gaps) {
      // A failed try that was tried again is not the call's failure.
      if (key === "errorType" && response.outcome !== "error") continue;
      if (response[key] === undefined && other[key] !== undefined) Object.assign(response, { [key]: other[key] });
    }
  }
  response.queryType = (told.find((o) => o.named) ?? best).queryType;
  const first = firstTokenOf(told, response.start);
  if (response.timeToFirstToken === undefined && first !== undefined) response.timeToFirstToken = first;
  into.told = told;
  into.response = response;
  into.door = best.door;
  into.pid = told.find((o) => o.pid !== undefined)?.pid;
  into.role = told.find((o) => o.role)?.role;
  into.named = told.some((o) => o.named);
  into.label = told.find((o) => o.label !== undefined)?.label;
}

/** A later door's first token counts from its own start, which may be a little after the best one's. */
function firstTokenOf(told: readonly ObservedResponse[], start: number): number | undefined {
  const other = told.find((o) => o.timeToFirstToken !== undefined);
  return other?.timeToFirstToken === undefined ? undefined : Math.max(0, other.start - start + other.timeToFirstToken);
}
