import type { LeakReport, LeakSuspect } from "../model/leaks.ts";
import { countedKind, type HandleGroup } from "../model/openHandles.ts";

/** As readings name it. */
const DESCRIPTORS = "process.unix.file_descriptor.count";
/** The rule of objects on the heap that hold a descriptor each. */
const STREAMS = "streams-and-sockets";
/** So many more should be open after the turns in which it is noted where. */
const WANTED = 10;
/** Fewer of one line may be a pool's. */
const LEAST = 3;
const MOST_SUSPECTS = 5;

/** How many more turns tell where the descriptors are opened that a hunt saw grow; undefined when none need be. */
export function turnsForDescriptors({ resources, suspects }: LeakReport, turnCount: number): number | undefined {
  const descriptors = resources.find(({ name, verdict }) => name === DESCRIPTORS && verdict === "leak");
  if (!descriptors) return undefined;
  if (suspects.some(({ rule, location }) => rule === STREAMS && location !== null)) return undefined;
  const perTurn = descriptors.growthPerTurn ?? 0;
  const turns = perTurn > 0 ? Math.ceil(WANTED / perTurn) : 2 * WANTED;
  return Math.min(Math.max(turns, WANTED), Math.max(turnCount, WANTED));
}

/** The report with the lines that opened what stayed open. */
export function withDescriptors(report: LeakReport, groups: readonly HandleGroup[], turns: number): LeakReport {
  const opened = groups.filter(({ count }) => count >= LEAST).slice(0, MOST_SUSPECTS);
  const [most] = opened;
  if (!most) return report;
  // What is held on the heap is told already, without its line.
  const known = report.suspects.find(({ rule, location }) => rule === STREAMS && location === null);
  if (known) {
    const suspects = report.suspects.map((one) => (one === known ? { ...one, location: most.location } : one));
    return { ...report, suspects };
  }
  const found = opened.map((group) => suspectOf(group, turns));
  const summary = report.suspects.length === 0 ? (found[0]?.explanation ?? report.summary) : report.summary;
  return { ...report, summary, suspects: [...report.suspects, ...found] };
}

function suspectOf({ kind, target, count, location, locationNote }: HandleGroup, turns: number): LeakSuspect {
  return {
    kind: "open-descriptors",
    class: kind,
    count,
    growthBytes: 0,
    growthPerTurn: null,
    variable: null,
    retainerPath: "",
    location,
    ...(locationNote !== undefined && { locationNote }),
    rule: "open-descriptors",
    explanation: `${countedKind(kind, count)} (${target}) opened in ${turns} turns ${count === 1 ? "is" : "are"} still open.`,
    advice:
      "Close each on every path: in `finally`, or by `await using`; give a connection an end and a timeout. At the process's limit nothing more can be opened (EMFILE).",
    example: null,
  };
}
