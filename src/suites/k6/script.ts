import type { K6Load } from "./load.ts";
import { marks, variableOf } from "./requests.ts";
import type { K6Thresholds } from "./thresholds.ts";

/** Options of k6 that the script has. */
export interface K6Options {
  discardResponseBodies: true;
  summaryTrendStats: string[];
  /** Of all scenarios alike. */
  insecureSkipTLSVerify?: true;
  scenarios: Record<string, K6Load & { exec: string; startTime: string }>;
  thresholds: K6Thresholds;
}

export interface K6Script {
  /** Of the suite. */
  name: string;
  options: K6Options;
  functions: readonly string[];
  /** Names of environment variables that requests are made with. */
  variables: readonly string[];
  /** Their values where the environment has none. */
  defaults: Readonly<Record<string, string>>;
}

/** How a scenario's requests are sent. */
export interface K6Course {
  timeout: string;
  redirects: number;
  order: "random" | "turn";
  /** Headers whose values k6 is given. */
  secrets: readonly string[];
  /** Seconds behind each answer. */
  thinkTime?: number;
  /** Seconds up to which a request is put off by chance. */
  scatter?: number;
}

/** The function that makes one request of a scenario. */
export function functionOf(name: string, { thinkTime, scatter, secrets, order, timeout, redirects }: K6Course): string {
  const pick =
    order === "random" ? "Math.floor(Math.random() * all.length)" : "exec.scenario.iterationInTest % all.length";
  const headers = secrets.map((header) => `${written(header)}: __ENV.${variableOf(header)}`).join(", ");
  return [
    `const requests_${name} = new SharedArray(${written(name)}, () => JSON.parse(open(${written(`./${name}.requests.json`)})));`,
    "",
    `export function run_${name}() {`,
    `  const all = requests_${name};`,
    ...(scatter === undefined
      ? []
      : ["  // Even arrivals that are each put off by chance.", `  sleep(Math.random() * ${scatter});`]),
    `  send(all[${pick}], { ${headers} }, { timeout: ${written(timeout)}, redirects: ${redirects} });`,
    ...(thinkTime === undefined ? [] : [`  sleep(${thinkTime});`]),
    "}",
  ].join("\n");
}

export function scriptOf({ name, options, functions, variables, defaults }: K6Script): string {
  const { number, user, uuid } = marks;
  return `// ${written(name)} for k6, written by agent-vitals suite export --k6.
// Run it: k6 run script.js. Its summary, summary.json, can be compared: agent-vitals suite compare A B.
import http from "k6/http";
import exec from "k6/execution";
import encoding from "k6/encoding";
import { SharedArray } from "k6/data";
import { sleep } from "k6";

export const options = ${written(options, 2)};

// What the suite takes from the environment, with the suite's defaults.
const env = Object.assign(${written(defaults)}, __ENV);
const variables = ${written(variables)};
for (const name of variables) if (env[name] === undefined) throw new Error("Give k6 " + name + " by -e " + name + "=...");

// As in the suite: a good answer has a status of 200 to 299, or one that the request expects.
const usual = http.expectedStatuses({ min: 200, max: 299 });
http.setResponseCallback(usual);

const asItIs = (value) => value;
const inJson = (value) => JSON.stringify(value).slice(1, -1);
const inUrl = (value) => encodeURI(value).replace(/%(25|5B|5D)/g, decodeURIComponent);

function send(request, secrets, params) {
  const number = String(exec.scenario.iterationInTest);
  const user = String(exec.vu.idInTest);
  // A text that was one variable alone is the number itself.
  const fill = (text, written) =>
    variables.reduce(
      (filled, name) => filled.split(${written("\ue000env:")} + name + ${written("\ue001")}).join(written(env[name])),
      text
        .split(${written(`"${number}"`)}).join(number)
        .split(${written(`"${user}"`)}).join(user)
        .split(${written(number)}).join(number)
        .split(${written(user)}).join(user)
        .split(${written(uuid)}).join(uuid()),
    );
  const headers = Object.assign({}, secrets);
  for (const name in request.headers) headers[name] = fill(request.headers[name], asItIs);
  const body =
    request.body === undefined
      ? null
      : request.binary
        ? encoding.b64decode(request.body)
        : fill(request.body, request.json ? inJson : asItIs);
  // An address that is a variable's may end in the slash that its path begins with.
  const url = fill(request.url, inUrl).replace(/^(\\w+:\\/\\/[^/?#]+(?:\\/[^/?#]+)*)\\/\\//, "$1/");
  http.request(request.method, url, body, {
    headers: headers,
    timeout: params.timeout,
    // An answer that is expected is not followed.
    redirects: request.expect && request.expect.some((status) => status >= 300 && status < 400) ? 0 : params.redirects,
    responseCallback: request.expect ? http.expectedStatuses(...request.expect) : usual,
  });
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

/** A value as the script has it: characters that end its lines, and those of marks, by their numbers. */
const written = (value: unknown, indent?: number) =>
  JSON.stringify(value, undefined, indent).replace(
    /[\u2028\u2029\ue000\ue001]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16)}`,
  );
