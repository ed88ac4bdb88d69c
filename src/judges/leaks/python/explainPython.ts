import type { LeakSuspect } from "../../../model/leaks.ts";
import type { Growth } from "../../../model/wire.ts";
import { locate } from "../explain/locate.ts";
import { Sources } from "../explain/sources.ts";
import { evidenceOf, wordsOf } from "./evidence.ts";
import { functionAround } from "./functions.ts";
import { findPythonLine, ownPlaces } from "./pythonLine.ts";
import { pythonRules } from "./rules/rules.ts";

export interface PythonExplainOptions {
  growth: Growth;
  /** Turns from the first mark to the last; 0 where nobody counted. */
  turns: number;
  /** When the program was started, Unix seconds: sources that were changed since are not looked at. */
  startTime: number;
}

/** One more in so many turns, and so much of what it holds: less comes and goes in any program. */
const EACH_TURN = 0.05;
const OF_ALL = 0.02;
/** Bytes below which lines alone are nobody's leak, and what is told beside the largest. */
const LEAST = 4096;
const SHARE = 0.05;
/** The same for lines alone beside something that is known to be held: much of such is what Python itself keeps. */
const SHARE_OF_HELD = 0.5;
const MOST = 12;

/** What grew in a Python agent, who holds it, and which line makes it: what is held first, then the most bytes. */
export function explainPython({ growth, turns, startTime }: PythonExplainOptions): LeakSuspect[] {
  const sources = new Sources(startTime);
  const perTurn = (bytes: number) => (turns > 0 ? bytes / turns : null);
  const held = growth.held
    .filter(({ grown, count }) => grown >= EACH_TURN * turns && grown >= OF_ALL * count)
    .map((holder): LeakSuspect => {
      const evidence = evidenceOf(holder);
      const rule = pythonRules.find((one) => one.applies(evidence)) ?? pythonRules.at(-1)!;
      return {
        kind: rule.id,
        class: holder.class,
        count: holder.count,
        growthBytes: holder.bytes,
        growthPerTurn: perTurn(holder.bytes),
        variable: evidence.variable ?? null,
        retainerPath: wordsOf(evidence),
        ...locate(sources, (asked) => findPythonLine(evidence, asked)),
        rule: rule.id,
        explanation: rule.explain(evidence),
        advice: rule.advice,
        example: null,
      };
    });
  const rest = growth.lines.filter((line) => !join(line, held, sources));
  for (const one of held) one.growthPerTurn = perTurn(one.growthBytes);
  const all = [...held, ...rest.flatMap((line) => allocation(line, sources, perTurn))];
  const most = Math.max(...all.map(({ growthBytes }) => growthBytes));
  const mostHeld = Math.max(0, ...held.map(({ growthBytes }) => growthBytes));
  const least = ({ rule }: LeakSuspect) =>
    Math.max(SHARE * most, isAlone({ rule }) ? Math.max(LEAST, SHARE_OF_HELD * mostHeld) : 0);
  return all
    .filter((one) => one.growthBytes >= least(one))
    .sort((a, b) => Number(isAlone(a)) - Number(isAlone(b)) || b.growthBytes - a.growthBytes)
    .slice(0, MOST);
}

/** Nobody was found who holds it. */
const isAlone = ({ rule }: Pick<LeakSuspect, "rule">) => rule === "allocation";

/** Functions outward in which a line may stand that makes a part of what a suspect holds. */
const NEAR = 3;

/** Counts what a line allocates to the suspect that stands in the same function, or in one that called it. */
function join(line: Growth["lines"][number], suspects: readonly LeakSuspect[], sources: Sources): boolean {
  for (const { text, line: number } of ownPlaces(line, sources).slice(0, NEAR)) {
    const around = functionAround(text, number);
    const { from, to } = around ?? { from: number, to: number + 1 };
    const suspect = suspects.find(
      ({ location }) => location?.file === text.file && location.line > from && location.line <= to,
    );
    if (!suspect) continue;
    suspect.growthBytes += line.bytes;
    return true;
  }
  return false;
}

/** What is held by something that nobody found. */
function allocation(
  line: Growth["lines"][number],
  sources: Sources,
  perTurn: (bytes: number) => number | null,
): LeakSuspect[] {
  const [place] = ownPlaces(line, sources);
  const around = place && functionAround(place.text, place.line);
  const name = around ? `${around.name}()` : "a line outside of functions";
  const indent = place ? (place.text.lines[place.line]?.search(/\S/) ?? 0) : 0;
  const suspect: LeakSuspect = {
    kind: "allocation",
    class: name,
    // Blocks of memory are no objects, and of these nobody knows whether they give way to one another.
    count: 0,
    growthBytes: line.bytes,
    growthPerTurn: perTurn(line.bytes),
    variable: null,
    retainerPath: "",
    location: place ? { file: place.text.file, line: place.line + 1, column: indent + 1 } : null,
    rule: "allocation",
    explanation: `What ${name} allocated is still held.`,
    advice: "Look who keeps what this line makes: a library that it is handed to, or a C extension.",
    example: null,
  };
  return place ? [suspect] : [];
}
