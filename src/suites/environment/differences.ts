import { formatBytes } from "../../model/format.ts";
import type { SuiteEnvironment, SuiteResult } from "../../model/suites.ts";

/** What differs between where two results come from, a sentence each. */
export function environmentDifferences(
  { environment: before }: Pick<SuiteResult, "environment">,
  { environment: now }: Pick<SuiteResult, "environment">,
): string[] {
  const gpus = ({ gpus: all }: SuiteEnvironment) => all.map(({ name }) => name).join(", ") || "none";
  const drivers = ({ gpus: all }: SuiteEnvironment) =>
    [...new Set(all.flatMap(({ driver }) => driver ?? []))].join(", ");
  const told = (value: number, format: (value: number) => string) => (value > 0 ? format(value) : "");
  return [
    ...differs("Processor", before.machine.cpu, now.machine.cpu),
    ...differs("Cores", told(before.machine.cores, String), told(now.machine.cores, String)),
    ...differs("Memory", told(before.machine.memory, formatBytes), told(now.machine.memory, formatBytes)),
    ...differs("Operating system", before.machine.os, now.machine.os),
    ...differs("GPU", gpus(before), gpus(now)),
    ...differs("Driver", drivers(before), drivers(now)),
    ...differs("Node", before.node, now.node),
    ...differs("Agent Vitals", before.version, now.version),
    ...modelDifferences(before.models, now.models),
  ];
}

function differs(what: string, before: string, now: string): string[] {
  return before === now || before === "" || now === "" ? [] : [`${what} differs: ${before} → ${now}.`];
}

/** Of targets that both know. */
function modelDifferences(before: SuiteEnvironment["models"], now: SuiteEnvironment["models"]): string[] {
  return Object.entries(now).flatMap(([target, told]) => {
    const known = Object.hasOwn(before, target) ? before[target] : undefined;
    if (!known) return [];
    return Object.keys({ ...known, ...told })
      .sort()
      .flatMap((name) => differs(`${name} of ${target}`, known[name] ?? "unknown", told[name] ?? "unknown"));
  });
}
