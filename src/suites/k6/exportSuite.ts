import { isTemplate } from "../format/template.ts";
import type { Scenario, Suite } from "../suite.ts";
import type { HttpTarget } from "../targets/http.ts";
import { limitsOf } from "../targets/settings.ts";
import { k6Load, span } from "./load.ts";
import { k6Requests, variableOf, variablesIn } from "./requests.ts";
import { functionOf, type K6Options, scriptOf } from "./script.ts";
import { k6Thresholds } from "./thresholds.ts";

export interface K6Export {
  /** By name: the script, and the requests of each scenario. */
  files: Record<string, string>;
  /** Sentences: what k6 does otherwise, and what it can't do. */
  notes: string[];
}

const trendStats = ["count", "min", "avg", "med", "max"].concat(
  [1, 5, 10, 25, 75, 90, 95, 99, 99.9].map((p) => `p(${p})`),
);

/**
 * The HTTP scenarios of a suite as a script for k6, with the same arrivals and objectives; they run one after the other,
 * warm-ups as scenarios of their own, whose figures no threshold looks at.
 * @param suite as it was read with {@link marks} in place of what the environment holds
 * @param defaults of the environment's variables
 * @throws when no scenario can be written, or a scenario's data can't be read
 */
export async function exportK6(
  suite: Suite,
  readFile: (name: string) => Buffer,
  defaults: Readonly<Record<string, string>> = {},
): Promise<K6Export> {
  const files: Record<string, string> = {};
  const notes: string[] = [];
  const options: K6Options = {
    discardResponseBodies: true,
    summaryTrendStats: trendStats,
    scenarios: {},
    thresholds: {},
  };
  const functions: string[] = [];
  let start = 0;
  for (const scenario of suite.scenarios) {
    const part = k6Load(scenario);
    const kind = suite.targets[scenario.target]?.kind.kind;
    if (kind !== "http" || !part) {
      const why =
        kind === "http" ? `k6 has no load like ${scenario.load.kind}` : `its target is no plain HTTP but ${kind}`;
      notes.push(`Scenario ${scenario.name} is left out: ${why}.`);
      continue;
    }
    const name = k6Name(scenario.name, Object.keys(options.scenarios));
    const { requests, secrets, cut } = await k6Requests(suite, scenario, readFile);
    const lasts = part.load.executor === "shared-iterations" ? undefined : part.seconds;
    const { thresholds, notes: ofThresholds } = k6Thresholds(scenario.objectives, name, lasts);
    const settings = suite.targets[scenario.target]?.settings as HttpTarget;
    if (settings.tls?.insecure) options.insecureSkipTLSVerify = true;
    if (settings.tls?.ca !== undefined)
      notes.push(`Scenario ${scenario.name}: k6 trusts the certificates of its machine, not tls.ca.`);
    if (cut) notes.push(`Scenario ${scenario.name} has its first ${requests.length} rows alone.`);
    if (part.note !== undefined) notes.push(`Scenario ${scenario.name}: ${part.note}.`);
    notes.push(...ofThresholds.map((note) => `Scenario ${scenario.name}: ${note}.`));
    notes.push(...secrets.map((header) => `Give k6 the header ${header} by -e ${variableOf(header)}=…`));
    files[`${name}.requests.json`] = `${JSON.stringify(requests, undefined, 1)}\n`;
    if (scenario.warmUp > 0) {
      const warming = k6Load({ ...scenario, ...withoutCount(scenario), duration: scenario.warmUp });
      if (warming && warming.seconds === scenario.warmUp) {
        options.scenarios[`${name}_warmup`] = {
          ...warming.load,
          exec: `run_${name}`,
          startTime: span(start),
          gracefulStop: "0s",
        };
        start += scenario.warmUp;
      } else notes.push(`Scenario ${scenario.name} has no warm-up: its load has a course of its own.`);
    }
    options.scenarios[name] = {
      ...part.load,
      exec: `run_${name}`,
      startTime: span(start),
      gracefulStop: span(scenario.timeout + (part.scatter ?? 0)),
    };
    Object.assign(options.thresholds, thresholds);
    start += part.seconds + suite.pause;
    const { redirects } = limitsOf(settings);
    const order = orderOf(suite, scenario);
    functions.push(functionOf(name, { ...part, timeout: span(scenario.timeout), redirects, order, secrets }));
  }
  if (functions.length === 0)
    throw new Error(`${suite.name} has no scenario that k6 can run: ${notes[0] ?? "it has none at all."}`);
  const whole = suite.objectives.map(
    ({ objective }) => `The objective of the whole suite ${JSON.stringify(objective.text)} is left out.`,
  );
  if (options.insecureSkipTLSVerify) notes.push("k6 takes any certificate in all scenarios: tls.insecure is of one.");
  const variables = variablesIn(Object.values(files));
  const known = variables.filter((name) => Object.hasOwn(defaults, name) && !isTemplate(defaults[name]));
  const given = variables.filter((name) => !known.includes(name)).map((name) => `Give k6 ${name} by -e ${name}=…`);
  const script = scriptOf({
    name: suite.name,
    options,
    functions,
    variables,
    defaults: Object.fromEntries(known.map((name) => [name, defaults[name] ?? ""])),
  });
  return { files: { "script.js": script, ...files }, notes: [...notes, ...given, ...whole] };
}

const withoutCount = ({ count: _, ...rest }: Scenario): Omit<Scenario, "count"> => rest;

/** Letters, digits, _ and - (k6's rule for scenarios), and what may be a part of a function's name. */
function k6Name(name: string, taken: readonly string[]): string {
  const base = name.replace(/[^0-9A-Za-z_]/g, "_");
  let found = base;
  for (let i = 2; taken.includes(found); i++) found = `${base}_${i}`;
  return found;
}

const orderOf = ({ data }: Suite, { data: name }: Scenario) =>
  name !== undefined && data[name]?.order === "random" ? "random" : "turn";
