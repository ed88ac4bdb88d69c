import { resolve } from "node:path";
import type { JSONPath } from "jsonc-parser";
import { type JsonDocument, pathText } from "../../jsonc/document.ts";
import { reportStrangeNames, validate } from "../../jsonc/validate.ts";
import { parseDuration } from "../../model/config.ts";
import { closest } from "../../model/spelling.ts";
import { ObjectiveError, parseObjective } from "../objectives/objective.ts";
import type { RequestMaker, Scenario, ScenarioObjective, Step, Suite } from "../suite.ts";
import { targetKinds } from "../targets/index.ts";
import { withoutFunctions } from "./codeSuite.ts";
import { fillIn, type Variables } from "./fillIn.ts";
import { resolveLoad } from "./resolveLoad.ts";
import type { ObjectiveForm } from "./schema.ts";
import type { SuiteCode } from "./suiteCode.ts";
import { isTemplate, requestMaker } from "./template.ts";

interface Place {
  name: string;
  file?: string;
  folder: string;
  /** By which requests are checked; settings are filled in. */
  variables: Variables;
  /** By which they are made. */
  requests: Variables;
  /** What variables gave until the suite is whole. */
  secrets: ReadonlySet<string>;
}

const CONNECTIONS = 1000;
const SOAK = 600;
const DURATION = 10;

/** Makes a suite that fits its schema ready to be run; what does not go together is reported at its place. */
export function resolveSuite(document: JsonDocument, form: SuiteCode, place: Place): Suite {
  const { folder, file, secrets } = place;
  const setup = steps(form.setup, ["setup"]);
  const agent = form.agent ?? startedBy(setup);
  const suite: Omit<Suite, "secrets"> = {
    name: form.name ?? place.name,
    folder,
    ...(file !== undefined && { file }),
    ...(agent !== undefined && { agent }),
    targets: mapEntries(form.targets ?? {}, (target) => {
      const kind = targetKinds.find((one) => one.kind === target.kind);
      if (!kind) throw new Error(`There is no kind of target ${target.kind}.`);
      return { kind, settings: target };
    }),
    data: form.data ?? {},
    scenarios: Object.entries(form.scenarios).map(([name, scenario]) =>
      resolveScenario(document, form, name, scenario, place),
    ),
    repeats: form.repeats ?? 1,
    seed: form.seed ?? 1,
    pause: seconds(form.pause, 0.5),
    objectives: objectives(document, ["objectives"], form.objectives),
    setup,
    reset: steps(form.reset, ["reset"]),
    teardown: steps(form.teardown, ["teardown"]),
    ...(form.profile && {
      profile: { interval: Math.min(0.01, Math.max(0.001, seconds(form.profile.interval, 0.01))) },
    }),
  };
  return { ...suite, secrets: [...secrets] };

  function steps(all: readonly Step[] | undefined, at: JSONPath): Step[] {
    return (all ?? []).map((step, i) => {
      if (typeof step === "function") return step;
      if ("call" in step && step.timeout !== undefined && parseDuration(step.timeout) === undefined)
        document.report([...at, i], `${pathText([...at, i])}: its timeout is no duration: write "5m".`);
      return "run" in step ? { ...step, cwd: resolve(folder, step.cwd ?? "") } : step;
    });
  }
}

function resolveScenario(
  document: JsonDocument,
  form: SuiteCode,
  name: string,
  scenario: SuiteCode["scenarios"][string],
  place: Place,
): Scenario {
  const at: JSONPath = ["scenarios", name];
  if (name in {}) document.report(at, `${pathText(at)}: is a name that JavaScript has for itself: choose another.`);
  const report = (path: JSONPath, message: string) => {
    const text = pathText([...at, ...path]);
    document.report([...at, ...path], message.startsWith("lacks") ? `${text} ${message}` : `${text}: ${message}`);
  };
  /** What was filled in is told to nobody. */
  const written = (part: "target" | "data") => String(document.value([...at, part]));
  const { targets = {} } = form;
  const { target: targetName = "" } = scenario;
  const target = Object.hasOwn(targets, targetName) ? targets[targetName] : undefined;
  const isObserved = scenario.load.kind === "observed";
  for (const part of ["target", "request"] as const) {
    if (isObserved && scenario[part] !== undefined)
      report([part], "does nothing: what is observed is not asked by us. Leave it out.");
    if (!isObserved && scenario[part] === undefined) report([], `lacks "${part}".`);
  }
  if (!target && scenario.target !== undefined && !isObserved)
    report(["target"], unknown("target", written("target"), Object.keys(targets)));
  if (scenario.data !== undefined && !Object.hasOwn(form.data ?? {}, scenario.data))
    report(["data"], unknown("data", written("data"), Object.keys(form.data ?? {})));
  if (scenario.duration !== undefined && scenario.count !== undefined)
    report(["count"], "stands beside duration: a scenario ends by one of them.");
  const load = resolveLoad(scenario.load, { duration: seconds(scenario.duration, DURATION), report });
  if (scenario.count !== undefined && ["ramp", "steps", "sweep", "stress"].includes(load.kind))
    report(["count"], `does not go with a load of the kind "${load.kind}": give it a duration.`);
  const request = requestOf(document, scenario.request ?? {}, [...at, "request"], target?.kind, place);
  const [column] = request.columns ?? [];
  if (column !== undefined && scenario.data === undefined)
    report(["request"], `has \${row.${column}} where no row is: name the scenario's "data".`);
  const usual = load.kind === "soak" ? SOAK : DURATION;
  return {
    name,
    target: targetName,
    queryType: scenario.queryType ?? name,
    request,
    ...(scenario.data !== undefined && { data: scenario.data }),
    load,
    warmUp: seconds(scenario.warmUp, 0),
    duration: scenario.count === undefined ? seconds(scenario.duration, usual) : Number.POSITIVE_INFINITY,
    ...(scenario.count !== undefined && { count: scenario.count }),
    timeout: seconds(scenario.timeout, 60),
    connections: scenario.connections ?? Math.max(CONNECTIONS, mostUsers(load)),
    ...(scenario.maxLateness !== undefined && { maxLateness: seconds(scenario.maxLateness, 0) }),
    ...(scenario.workers !== undefined && { workers: scenario.workers }),
    objectives: objectives(document, [...at, "objectives"], scenario.objectives),
  };
}

function requestOf(
  document: JsonDocument,
  request: object | ((context: never) => object),
  at: JSONPath,
  kind: string | undefined,
  { variables, requests }: Place,
): RequestMaker {
  if (typeof request === "function") return { make: request as RequestMaker["make"] };
  const schema = targetKinds.find((one) => one.kind === kind)?.requestSchema;
  const filled = fillIn(request, schema, at, variables) as object;
  if (schema) {
    const wrong = validate(document, at, schema, withoutFunctions(request), isTemplate);
    if (wrong.length === 0) validate(document, at, schema, filled, isTemplate);
    reportStrangeNames(document, at, schema);
  }
  const made = requests === variables ? filled : (fillIn(request, schema, at, requests) as object);
  return requestMaker(made, (message) => document.report(at, `${pathText(at)}: ${message}`));
}

function objectives(
  document: JsonDocument,
  at: JSONPath,
  forms: readonly ObjectiveForm[] | undefined,
): ScenarioObjective[] {
  return (forms ?? []).flatMap((form, i) => {
    const { objective, abortOnFail = false, delay } = typeof form === "string" ? { objective: form } : form;
    const path = [...at, i, ...(typeof form === "string" ? [] : ["objective"])];
    try {
      return [{ objective: parseObjective(objective), abortOnFail, delay: seconds(delay, 0) }];
    } catch (error) {
      if (!(error instanceof ObjectiveError)) throw error;
      const written = document.value(path);
      const why = written === objective ? error.message : `${JSON.stringify(written)} is none with what is filled in.`;
      document.report(path, `${pathText(path)}: ${why}`);
      return [];
    }
  });
}

function startedBy(setup: readonly Step[]): string | undefined {
  return setup.flatMap((step) => (typeof step === "object" && "start" in step ? [step.start] : []))[0];
}

const mostUsers = (load: Scenario["load"]): number => {
  if (load.kind === "users" || load.kind === "soak") return load.users ?? 0;
  if (load.kind === "sweep") return load.of === "users" ? load.to : 0;
  return load.kind === "stress" && load.of === "users" ? load.peak : 0;
};

function unknown(what: string, name: string, known: readonly string[]): string {
  const near = closest(name, known);
  const hint = near
    ? `did you mean ${JSON.stringify(near)}?`
    : `there ${known.length === 0 ? "is none" : `are ${known.join(", ")}`}.`;
  return `there is no ${what} ${JSON.stringify(name)}: ${hint}`;
}

const seconds = (duration: string | undefined, otherwise: number): number =>
  duration === undefined ? otherwise : (parseDuration(duration) ?? otherwise);

function mapEntries<A, B>(record: Record<string, A>, map: (value: A, name: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}
