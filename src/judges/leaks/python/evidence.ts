import type { GrowingHolder } from "../../../model/wire.ts";

/** What the rules judge by: one thing of a Python agent that holds more and more. */
export interface PythonEvidence {
  holder: GrowingHolder;
  /** The variable, field or function that the developer holds it by. */
  variable: string | undefined;
}

const NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u;

export function evidenceOf(holder: GrowingHolder): PythonEvidence {
  const named = holder.way.filter(({ name }) => NAME.test(name));
  const step = named.find(({ own }) => own) ?? named.find(({ name }) => !name.startsWith("_")) ?? named[0];
  return { holder, variable: step?.name };
}

/** Outward: `[] in dict ‹ sessions in module agent`. */
export function wordsOf({ holder: { container, way } }: PythonEvidence): string {
  const steps = way.map(({ name, holder }) => `${name} in ${holder}`);
  return [...(container === "" ? [] : [`[] in ${container}`]), ...steps].join(" ‹ ");
}

/** `sessions (dict)`, `histories (list in dict)`, or what it is held in where nobody named it. */
export function holderWords({ holder: { container, way }, variable }: PythonEvidence): string {
  if (variable === undefined) return container === "" ? "something without a name" : `a ${container} without a name`;
  if (container === "") return variable;
  const [outer] = way;
  return `${variable} (${container}${outer?.name === "[]" ? ` in ${outer.holder}` : ""})`;
}

/** `780 of Session more than at the beginning`. */
export const growthWords = ({ holder }: PythonEvidence) =>
  `${holder.grown} of ${holder.class} more than at the beginning`;
