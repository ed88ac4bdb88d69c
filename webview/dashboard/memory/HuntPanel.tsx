import type { ShownLeaks } from "../../../src/model/dashboard.ts";
import { formatAge, formatDuration } from "../../../src/model/format.ts";
import type { LeakHuntState, LeakReported } from "../../../src/model/leaks.ts";
import { mayBeNode, mayBePython } from "../../../src/model/runtime.ts";
import { pauseText, snapshotCost } from "../../../src/model/snapshotCost.ts";
import type { AgentState } from "../../../src/model/state.ts";
import { clockMinute } from "../../shared/clockTime.ts";
import { Icon, SeverityIcon } from "../../shared/Icon.tsx";
import type { Severity } from "../../shared/severity.ts";
import type { Run } from "../Header.tsx";
import { confidenceText } from "./figures.ts";
import { type ShownStep, shownSteps, turnsText } from "./huntSteps.ts";

interface HuntPanelProps {
  agent: AgentState;
  leaks: ShownLeaks | undefined;
  run: Run;
  cancel: () => void;
}

/** The hunt under way, step by step; else the last one's verdict, and how to begin one. */
export function HuntPanel({ agent, leaks, run, cancel }: HuntPanelProps) {
  const { hunt, reported } = leaks ?? {};
  return (
    <section class="hunt" aria-labelledby="hunt">
      {hunt ? <UnderWay hunt={hunt} cancel={cancel} /> : <Begin agent={agent} reported={reported} run={run} />}
    </section>
  );
}

function UnderWay({ hunt, cancel }: { hunt: LeakHuntState; cancel: () => void }) {
  const { by, turns, duration, progress } = hunt;
  const plan = [
    looks(hunt),
    `up to ${turnsText(turns)} or ${formatAge(duration)}`,
    by === "watcher" && "begun by itself, as it leaks",
  ];
  const steps = shownSteps(hunt);
  const going = steps.find(({ state }) => state === "going on");
  return (
    <>
      <div class="hunt-head">
        <h2 id="hunt">Leak hunt</h2>
        <span class="quiet">{plan.filter(Boolean).join(", ")}</span>
        <button type="button" class="small" onClick={cancel}>
          Cancel
        </button>
      </div>
      <ol class="steps">
        {steps.map((step, i) => (
          // Steps only ever follow one another, so that their place is their identity.
          <Step key={i} step={step} share={step === going ? progress.share : undefined} />
        ))}
      </ol>
      <p class="unseen" role="status">
        {going && `Leak hunt: ${going.title}`}
      </p>
    </>
  );
}

function looks({ snapshots, runtime }: LeakHuntState): string {
  if (runtime === "python") return snapshots ? "allocations are traced" : "nothing is traced";
  return snapshots ? "3 snapshots" : "no snapshots";
}

const stepIcons: Record<ShownStep["state"], string> = {
  done: "pass",
  "going on": "loading",
  "to come": "circle-large-outline",
};

function Step({ step, share }: { step: ShownStep; share: number | undefined }) {
  const { state, title, note, aside } = step;
  const name = state.replace(" ", "-");
  return (
    <li class={`step step-${name}`} aria-current={state === "going on" ? "step" : undefined}>
      <span class={`severity severity-${state === "done" ? "ok" : "plain"}`}>
        <Icon name={stepIcons[state]} spin={state === "going on"} />
      </span>
      <span class="step-words">
        <span class="step-title">{title}</span> {note && <span class="quiet">{note}</span>}
        {state === "done" && <span class="unseen">, done</span>}
      </span>
      <span class="quiet">{aside}</span>
      {share !== undefined && (
        <progress class="step-progress" value={share} max={1} aria-label="Progress of the hunt" />
      )}
    </li>
  );
}

const verdictWords: Record<LeakReported["report"]["verdict"], [Severity, string]> = {
  leak: ["warning", "Leak"],
  "no-leak": ["ok", "No leak"],
  inconclusive: ["unproven", "Inconclusive"],
};

interface BeginProps {
  agent: AgentState;
  reported: LeakReported | undefined;
  run: Run;
}

function Begin({ agent, reported, run }: BeginProps) {
  const begin = () => run("agentVitals.huntForLeaks", agent.name);
  const able = agent.status === "running" && (mayBeNode(agent) || mayBePython(agent));
  const found = reported?.report.suspects.length ?? 0;
  return (
    <>
      <div class="hunt-head">
        <h2 id="hunt">{reported ? "Last hunt" : "Leak hunt"}</h2>
        {reported && <span class="quiet">{howItWent(reported, agent)}</span>}
        {reported && able && (
          <button type="button" class="small" onClick={begin}>
            Hunt Again
          </button>
        )}
      </div>
      {reported && <Verdict reported={reported} />}
      {!reported && (
        <p class="hunt-words">
          A hunt lets the agent do turns and tells what leaks, who holds it, and which line makes it.
        </p>
      )}
      {!reported && able && (
        <div class="hunt-begin">
          <button type="button" class={found === 0 ? "primary" : undefined} onClick={begin}>
            Hunt for Leaks
          </button>
          <span class="quiet">{cost(agent)}</span>
        </div>
      )}
      {!able && <p class="hunt-words quiet">{unable(agent)}</p>}
    </>
  );
}

/** What a hunt costs, said before it is begun. */
function cost(agent: AgentState): string {
  const { heap, name } = agent;
  if (mayBePython(agent)) return `By its client; where it shall trace allocations, ${name} runs slower until it ends.`;
  if (heap?.used === undefined) return `Three snapshots, which pause ${name}: for how long is said before.`;
  return `Three snapshots, each pauses it ${pauseText(snapshotCost(heap.used).pause)}.`;
}

function unable(agent: AgentState): string {
  if (agent.status !== "running") return "A hunt needs an agent that runs.";
  const runtime = agent.runs[0]?.runtime?.split(" ")[0] ?? "This agent";
  return `${runtime} has no inspector to hunt with, as Node has: it is watched by what the system tells of its process.`;
}

/** `14:31, 1,000 turns in 21 s, paused 812 ms`, and of which run. */
function howItWent({ time, report }: LeakReported, agent: AgentState): string {
  const { turns, duration, paused } = report;
  const earlier = time < (agent.runs[0]?.startTime ?? 0) ? "in an earlier run, " : "";
  const pause = paused > 0 ? `, paused ${formatDuration(paused)}` : "";
  return `${earlier}${clockMinute(time)}, ${turnsText(turns)} in ${formatDuration(duration)}${pause}`;
}

function Verdict({ reported }: { reported: LeakReported }) {
  const { verdict, confidence, summary, suspects } = reported.report;
  // What stands below is not said twice.
  const told =
    verdict !== "leak" || suspects.length === 0
      ? summary
      : `${suspects.length} suspect${suspects.length === 1 ? "" : "s"}, see below.`;
  const [severity, word] = verdictWords[verdict];
  return (
    <p class="hunt-verdict">
      <SeverityIcon severity={severity} />
      <span>
        <b>{word}.</b> {told}
      </span>
      <span class="quiet">{confidenceText(confidence)}</span>
    </p>
  );
}
