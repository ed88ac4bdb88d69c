import type { ShownLeaks } from "../../../src/model/dashboard.ts";
import { formatAge, formatBytes, formatCount, trimZeros } from "../../../src/model/format.ts";
import type { LeakWatch, WatchedResource } from "../../../src/model/leaks.ts";
import type { AgentState } from "../../../src/model/state.ts";
import { calendarDay, clockMinute } from "../../shared/clockTime.ts";
import type { Severity } from "../../shared/severity.ts";
import { confidenceText, growthText, levelText, perTurnText, slopeText } from "./figures.ts";
import { isHeap, isPlural, resourceSubject, resourceTitle } from "./resourceNames.ts";

/** What is wrong and why: `lead` is the finding, `rest` goes on with it, `evidence` stands below. */
export interface Headline {
  severity: Severity;
  lead: string;
  rest?: string;
  evidence?: string;
}

const DAY = 86_400;

/** What the page of memory says first; `leaks` is undefined until they were told. */
export function headline(agent: AgentState, leaks: ShownLeaks | undefined): Headline {
  if (agent.status !== "running" && agent.status !== "starting") {
    const rest = leaks?.reported
      ? "Its memory is judged while it runs; what the last hunt found stands here."
      : "Its memory is judged while it runs.";
    return { severity: "info", lead: `${agent.name} is not running.`, rest };
  }
  if (!leaks) return { severity: "info", lead: "Asking what is known of its memory." };
  const { watch, reported } = leaks;
  // A hunt proves what a trend may not show yet.
  const proven = reported?.report.verdict === "leak" && reported.time >= (agent.runs[0]?.startTime ?? 0);
  if (proven && watch?.verdict !== "leak")
    return {
      severity: "warning",
      lead: "Leak, as the last hunt found:",
      rest: reported.report.summary,
      ...(watch && { evidence: `By what is watched without one: ${watch.summary}` }),
    };
  if (!watch) return { severity: "info", lead: "Not judged yet.", rest: "Its memory is watched from its start on." };
  switch (watch.verdict) {
    case "leak":
      return leak(watch);
    case "no-leak":
      return { severity: "ok", lead: "No leak.", rest: watch.summary, evidence: judged(watch) };
    case "inconclusive":
      return { severity: "info", lead: "No verdict yet.", rest: watch.summary, evidence: judged(watch) };
  }
}

/** Those that leak, the worst first. */
const leaking = (watch: LeakWatch): WatchedResource[] => watch.resources.filter(({ verdict }) => verdict === "leak");

function leak(watch: LeakWatch): Headline {
  const [worst, ...others] = leaking(watch);
  const severity = grave.has(watch.severity) ? "error" : "warning";
  if (!worst) return { severity, lead: "Leak.", rest: watch.summary };
  const verb = isPlural(worst) ? "grow by" : "grows";
  const also = others.map(resourceTitle).join(", ");
  const alsoSaid =
    also === "" ? "" : ` ${also} leak${others.length === 1 && !isPlural(others[0] ?? worst) ? "s" : ""} too.`;
  const end = exhaustion(worst, watch.time);
  return {
    severity,
    lead: `Leak: ${resourceSubject(worst)} ${verb} ${growthText(worst.unit, worst.slope)}${end ? "" : "."}`,
    ...((end || also !== "") && { rest: `${end ?? ""}${alsoSaid}`.trim() }),
    evidence: evidence(worst),
  };
}

const grave = new Set<LeakWatch["severity"]>(["error", "critical", "emergency"]);

/** `and will be full in 3 h 11 min, at about 17:43.` */
function exhaustion(resource: WatchedResource, now: number): string | undefined {
  const { exhaustedIn, limit } = resource;
  if (!exhaustedIn || !limit) return undefined;
  const reached = isHeap(resource) ? "be full" : `reach the ${limit.what.replace(/^the /, "")}`;
  const { value } = exhaustedIn;
  const at = now + value;
  const when = value < DAY ? `at about ${clockMinute(at)}` : `about ${calendarDay(at)}`;
  return `and will ${reached} in ${formatAge(value)}, ${when}.`;
}

/** `Slope [1.72, 2.13] MiB/min at 95 % confidence, 93 KiB a turn. Steady. Confidence 0.97.` */
function evidence({ unit, slope, slopePerTurn, pattern, confidence }: WatchedResource): string {
  const { slope: text, interval } = slopeText(unit, slope);
  const size = text.slice(text.indexOf(" ") + 1);
  const turn = slopePerTurn
    ? `, ${perTurnText(unit, slopePerTurn).replace("+", "")} a turn`
    : "; by time alone, as no turns were counted";
  const shape = `${pattern.slice(0, 1).toUpperCase()}${pattern.slice(1)}`;
  return `Slope ${interval} ${size} at 95 % confidence${turn}. ${shape}. Confidence ${confidenceText(confidence)}.`;
}

/** `9 resources, judged over 24 min and 312 turns. Confidence 0.97.` */
function judged({ resources, confidence, time }: LeakWatch): string {
  if (resources.length === 0) return "Nothing was read of it yet.";
  const since = Math.min(...resources.map(({ points }) => points.time[0] ?? time));
  const turns = Math.max(...resources.map(({ points: { turns } }) => (turns.at(-1) ?? 0) - (turns[0] ?? 0)));
  const many = `${resources.length} resource${resources.length === 1 ? "" : "s"}`;
  const turnsSaid = turns > 0 ? ` and ${formatCount(turns)} turns` : ", in which no turns were counted";
  const sure = confidence > 0 ? ` Confidence ${confidenceText(confidence)}.` : "";
  return `${many}, watched for ${formatAge(time - since)}${turnsSaid}.${sure}`;
}

/** `512 MiB limit between 17:26 and 18:07`, of a resource that will reach it. */
export function forecastText({ unit, limit, exhaustedIn }: WatchedResource, now: number): string | undefined {
  if (!limit || !exhaustedIn) return undefined;
  const { from, to } = exhaustedIn;
  const size = unit === "By" ? trimZeros(formatBytes(limit.value)) : formatCount(limit.value);
  const at = (seconds: number) => (seconds < DAY ? clockMinute(now + seconds) : calendarDay(now + seconds));
  if (to === null) return `${size} limit at ${at(from)} or later`;
  return `${size} limit between ${at(from)} and ${at(to)}`;
}

/** What the chart of a course shows, for those who don't see it. */
export function trendSentence(resource: WatchedResource, now: number): string {
  const { unit, slope, verdict, pattern, level, reason } = resource;
  const { slope: rise, interval } = slopeText(unit, slope);
  const end = forecastText(resource, now);
  const said = verdict === "no-leak" ? "no leak" : verdict;
  return `${resourceTitle(resource)} is ${levelText(unit, level)}, ${rise} ${interval}, ${pattern}: ${said}, ${reason}.${end ? ` It reaches the ${end}.` : ""}`;
}
