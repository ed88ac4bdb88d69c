import type { TurnRequest } from "../model/configSchema.ts";
import type { SuiteForm } from "./format/schema.ts";

/** What is known of an agent that no suite was written for. */
export interface Unwritten {
  name: string;
  primaryQueryType: string;
  /** It can be started from here. */
  launchable: boolean;
  /** Objectives for p95 by query type, seconds. */
  thresholds: Readonly<Record<string, number>>;
  /** How a turn is made; without, those are observed that others make. */
  turns: readonly TurnRequest[];
}

/** What a Talker is held to where nobody says otherwise, seconds. */
const TALKER = 2;

/**
 * What every local agent is held to: its Talker answers within 2 s (or as its config says), 99 % of voice interactions
 * succeed, and, as loads that last are held to by themselves, nothing leaks and it stays up.
 */
export function defaultSuite({ name, primaryQueryType, launchable, thresholds, turns }: Unwritten): SuiteForm {
  const limits = Object.entries({ talker: TALKER, ...thresholds });
  const objectives = [
    ...limits.map(([queryType, seconds]) => `p95 stage:${queryType} < ${written(seconds)}`),
    "errors < 1%",
    "voice success >= 99%",
  ];
  const common = { warmUp: "5s", duration: "5m", objectives };
  const suite = {
    version: 1 as const,
    name: `default suite of ${name}`,
    agent: name,
    setup: launchable ? [{ start: name }] : [],
  };
  if (turns.length === 0)
    return {
      ...suite,
      scenarios: { observed: { ...common, queryType: primaryQueryType, load: { kind: "observed" } } },
    };
  const names = turns.map(({ url }, i) => scenarioName(url, i, turns));
  return {
    ...suite,
    setup: [...(launchable ? [{ start: name, ready: { port: portOf(turns[0]?.url ?? "") } }] : [])],
    targets: Object.fromEntries(
      turns.map(({ url, headers }, i) => [names[i], { kind: "http", url, ...(headers && { headers }) }]),
    ),
    scenarios: Object.fromEntries(
      turns.map(({ url: _, headers: __, ...request }, i) => [
        names[i],
        { ...common, target: names[i] ?? "", queryType: "turn", request, load: { kind: "soak" as const, users: 1 } },
      ]),
    ),
  };
}

/** `/chat`, and of several of a path `/chat (2)`. */
function scenarioName(url: string, at: number, turns: readonly TurnRequest[]): string {
  const path = (text: string) => URL.parse(text)?.pathname ?? text;
  const before = turns.slice(0, at).filter((one) => path(one.url) === path(url)).length;
  return before === 0 ? path(url) : `${path(url)} (${before + 1})`;
}

function portOf(text: string): number {
  const url = URL.parse(text);
  return Number(url?.port || (url?.protocol === "https:" ? 443 : 80));
}

const written = (seconds: number) => (seconds >= 1 ? `${seconds}s` : `${Math.round(seconds * 1e6) / 1000}ms`);
