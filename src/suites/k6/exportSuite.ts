import type { Scenario, Suite } from "../suite.ts";
import { type K6Load, k6Load, span } from "./load.ts";
import { k6Requests, marks, variableOf } from "./requests.ts";
import { type K6Thresholds, k6Thresholds } from "./thresholds.ts";

export interface K6Export {
  /** By name: the script, and the requests of each scenario. */
  files: Record<string, string>;
  /** Sentences: what k6 does otherwise, and what it can't do. */
  notes: string[];
}

/** Options of k6 that the script has. */
interface K6Options {
  discardResponseBodies: true;
  summaryTrendStats: string[];
  scenarios: Record<string, K6Load & { exec: string; startTime: string }>;
  thresholds: K6Thresholds;
}

const trendStats = ["count", "min", "avg", "med", "max"].concat(
  [1, 5, 10, 25, 75, 90, 95, 99, 99.9].map((p) => `p(${p})`),
);

/**
 * The HTTP scenarios of a suite as a script for k6, with the same arrivals and objectives; they run one after the other,
 * warm-ups as scenarios of their own, whose figures no threshold looks at.
 * @throws when no scenario can be written, or a scenario's data can't be read
 */
export async function exportK6(suite: Suite, readFile: (name: string) => Buffer): Promise<K6Export> {
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
    const { thresholds, left } = k6Thresholds(scenario.objectives, name);
    if (cut) notes.push(`Scenario ${scenario.name} has its first ${requests.length} rows alone.`);
    if (part.note !== undefined) notes.push(`Scenario ${scenario.name}: ${part.note}.`);
    notes.push(...left.map((text) => `Scenario ${scenario.name}: k6 can't judge ${JSON.stringify(text)}.`));
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
      gracefulStop: span(scenario.timeout),
    };
    Object.assign(options.thresholds, thresholds);
    start += part.seconds + suite.pause;
    functions.push(functionOf(name, scenario, { ...part, secrets, order: orderOf(suite, scenario) }));
  }
  if (functions.length === 0)
    throw new Error(`${suite.name} has no scenario that k6 can run: ${notes[0] ?? "it has none at all."}`);
  const whole = suite.objectives.map(
    ({ objective }) => `The objective of the whole suite ${JSON.stringify(objective.text)} is left out.`,
  );
  return { files: { "script.js": scriptOf(suite, options, functions), ...files }, notes: [...notes, ...whole] };
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

interface Course {
  thinkTime?: number;
  scatter?: number;
  secrets: readonly string[];
  order: "random" | "turn";
}

function functionOf(name: string, { timeout }: Scenario, { thinkTime, scatter, secrets, order }: Course): string {
  const pick =
    order === "random" ? "Math.floor(Math.random() * all.length)" : "exec.scenario.iterationInTest % all.length";
  const headers = secrets.map((header) => `${JSON.stringify(header)}: __ENV.${variableOf(header)}`).join(", ");
  return [
    `const requests_${name} = new SharedArray(${JSON.stringify(name)}, () => JSON.parse(open(${JSON.stringify(`./${name}.requests.json`)})));`,
    "",
    `export function run_${name}() {`,
    `  const all = requests_${name};`,
    ...(scatter === undefined
      ? []
      : [
          "  // Even arrivals that are each put off by chance come as Poisson's do.",
          `  sleep(Math.random() * ${scatter});`,
        ]),
    `  send(all[${pick}], { ${headers} }, ${JSON.stringify(span(timeout))});`,
    ...(thinkTime === undefined ? [] : [`  sleep(${thinkTime});`]),
    "}",
  ].join("\n");
}

function scriptOf(suite: Suite, options: K6Options, functions: readonly string[]): string {
  const { number, user, uuid } = marks;
  return `// ${JSON.stringify(suite.name)} for k6, written by agent-vitals suite export --k6.
// Run it: k6 run script.js. Its summary, summary.json, can be compared: agent-vitals suite compare A B.
import http from "k6/http";
import exec from "k6/execution";
import encoding from "k6/encoding";
import { SharedArray } from "k6/data";
import { sleep } from "k6";

export const options = ${JSON.stringify(options, undefined, 2)};

// As in the suite: a good answer has a status of 200 to 299.
http.setResponseCallback(http.expectedStatuses({ min: 200, max: 299 }));

function send(request, secrets, timeout) {
  const number = String(exec.scenario.iterationInTest);
  const user = String(exec.vu.idInTest);
  // A text that was one variable alone is the number itself.
  const fill = (text) =>
    text
      .split(${escapedText(`"${number}"`)}).join(number)
      .split(${escapedText(`"${user}"`)}).join(user)
      .split(${escapedText(number)}).join(number)
      .split(${escapedText(user)}).join(user)
      .split(${escapedText(uuid)}).join(uuid());
  const headers = Object.assign({}, secrets);
  for (const name in request.headers) headers[name] = fill(request.headers[name]);
  const body = request.body === undefined ? null : request.binary ? encoding.b64decode(request.body) : fill(request.body);
  http.request(request.method, fill(request.url), body, { headers: headers, timeout: timeout });
}

function uuid() {
  return "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => Math.floor(Math.random() * 16).toString(16));
}

${functions.join("\n\n")}

export function handleSummary(data) {
  return { "summary.json": JSON.stringify(data), stdout: "The summary is in summary.json.\\n" };
}
`;
}

const escapedText = (text: string) =>
  JSON.stringify(text).replace(/[\ue000\ue001]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
