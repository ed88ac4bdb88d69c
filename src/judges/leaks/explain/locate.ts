import type { LeakLocation, LeakSuspect } from "../../../model/leaks.ts";
import type { Sources } from "./sources.ts";

/** A suspect's line; where there is none for one of the files that it was looked for in was changed, a note of it. */
export function locate(
  sources: Sources,
  find: (sources: Sources) => LeakLocation | undefined,
): Pick<LeakSuspect, "location" | "locationNote"> {
  const asked = sources.anew();
  const location = find(asked) ?? null;
  const note = location === null ? asked.note : undefined;
  return { location, ...(note !== undefined && { locationNote: note }) };
}
