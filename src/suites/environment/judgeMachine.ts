import { formatPercent } from "../../model/format.ts";
import type { SuiteMachineCheck, SuiteScenarioResult } from "../../model/suites.ts";
import { latency } from "../verdicts/measures.ts";

/** Above it a scenario is unstable: repeats differ too much for a single one to mean anything (as aiperf has it). */
const UNSTABLE = 0.2;
/** Of a machine's CPU time: what its host may take, and other programs may use, before it shows in figures. */
const STEAL = 0.02;
const OTHER_LOAD = 0.1;

export type Disturbances = Pick<SuiteMachineCheck, "steal" | "otherLoad" | "throttled">;

/** Whether the machine was quiet enough, in words. */
export function judgeMachine(
  scenarios: Record<string, Pick<SuiteScenarioResult, "repeats">>,
  { steal, otherLoad, throttled }: Disturbances,
): SuiteMachineCheck {
  const variation = Object.fromEntries(
    Object.entries(scenarios).flatMap(([name, scenario]) => {
      const value = variationOf(scenario);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  const unstable = Object.entries(variation)
    .filter(([, value]) => value > UNSTABLE)
    .map(([name, value]) => `${name} is unstable: its repeats vary by ${formatPercent(value)}.`);
  const noise = [
    steal !== undefined && steal > STEAL && `The host took ${formatPercent(steal, 1)} of the CPU for other guests.`,
    otherLoad !== undefined &&
      otherLoad > OTHER_LOAD &&
      `Other programs used ${formatPercent(otherLoad)} of the machine's CPU.`,
    throttled && "A processor was slowed down by heat.",
  ].filter((note): note is string => typeof note === "string");
  return {
    verdict: unstable.length > 0 ? "unstable" : noise.length > 0 ? "noisy" : "quiet",
    ...(steal !== undefined && { steal }),
    ...(otherLoad !== undefined && { otherLoad }),
    ...(throttled !== undefined && { throttled }),
    variation,
    notes: [...unstable, ...noise],
  };
}

/** The coefficient of variation of the repeats' medians; undefined of fewer than two. */
export function variationOf({ repeats }: Pick<SuiteScenarioResult, "repeats">): number | undefined {
  const median = latency("duration", 0.5);
  const values = repeats.flatMap((repeat) => (repeat.invalid === undefined ? (median.of(repeat) ?? []) : []));
  if (values.length < 2) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return Math.sqrt(variance) / mean;
}
