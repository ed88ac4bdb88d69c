import type { AllocationProfile, LeakSuspect } from "../../../model/leaks.ts";
import { holdingFunctions } from "./allocations.ts";
import { locate } from "./locate.ts";
import { toLocation } from "./sourceLine.ts";
import { Sources } from "./sources.ts";

/** Bytes and share of all, below which a function is not told of. */
const LEAST = 64 * 1024;
const SHARE = 0.05;
const MOST = 8;

/** Without snapshots: the functions whose allocations are still held. What holds them only a snapshot tells. */
export function explainAllocations(profile: AllocationProfile, startTime: number): LeakSuspect[] {
  const functions = holdingFunctions(profile);
  const total = functions.reduce((sum, { bytes }) => sum + bytes, 0);
  const sources = new Sources(startTime);
  return functions
    .filter(({ bytes }) => bytes >= Math.max(LEAST, SHARE * total))
    .slice(0, MOST)
    .map((one): LeakSuspect => {
      const name = one.name === "" ? "a function without a name" : `${one.name}()`;
      return {
        kind: "allocation",
        class: name,
        count: 0,
        growthBytes: one.bytes,
        growthPerTurn: null,
        variable: null,
        retainerPath: "",
        ...locate(sources, (asked) => toLocation(asked.find(one))),
        rule: "allocation",
        explanation: `What ${name} allocated is still held.`,
        advice: "A hunt with snapshots tells what holds it, and of which class it is.",
        example: null,
      };
    });
}
