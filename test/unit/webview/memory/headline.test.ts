import assert from "node:assert/strict";
import type { LeakReport, LeakWatch } from "../../../../src/model/leaks.ts";
import { forecastText, headline, trendSentence } from "../../../../webview/dashboard/memory/headline.ts";
import { clockMinute } from "../../../../webview/shared/clockTime.ts";
import { agent, NOW } from "../support/state.ts";
import { heap } from "./watched.ts";

const limited = heap({
  limit: { value: 512 * 2 ** 20, what: "heap limit" },
  exhaustedIn: { value: 11_460, from: 10_000, to: 13_000 },
});
const watch = (more: Partial<LeakWatch> = {}): LeakWatch => ({
  runId: "r7",
  time: NOW,
  verdict: "leak",
  confidence: 0.97,
  severity: "warning",
  summary: "The heap grows.",
  resources: [limited],
  held: [],
  ...more,
});
const say = (told: LeakWatch | undefined, state = agent()) =>
  headline(state, { agent: "voice-agent", suspects: [], ...(told && { watch: told }) });

describe("The headline of the page of memory", () => {
  it("says what leaks, how fast, and when it is full", () => {
    const said = say(watch());
    assert.equal(said.severity, "warning");
    assert.equal(said.lead, "Leak: the heap grows 60.0 KiB a minute");
    assert.equal(said.rest, `and will be full in 3 h 11 min, at about ${clockMinute(NOW + 11_460)}.`);
    assert.equal(
      said.evidence,
      "Slope [52.7, 64.5] KiB/min at 95 % confidence, 2.00 KiB a turn. Steady. Confidence 0.97.",
    );
  });

  it("names others that leak, and those without an end", () => {
    const descriptors = heap({
      name: "process.unix.file_descriptor.count",
      unit: "1",
      slope: { value: 0.5, from: 0.4, to: 0.6 },
    });
    assert.match(say(watch({ resources: [limited, descriptors] })).rest ?? "", /\. File descriptors leak too\.$/);
    const alone = say(watch({ resources: [descriptors], severity: "critical" }));
    assert.deepEqual(
      [alone.severity, alone.lead, alone.rest],
      ["error", "Leak: open file descriptors grow by 30.0 a minute.", undefined],
    );
    const end = { value: 90, from: 60, to: null };
    const limit = { value: 1024, what: "limit of open files" };
    assert.match(
      say(watch({ resources: [{ ...descriptors, limit, exhaustedIn: end }] })).rest ?? "",
      /^and will reach the limit of open files in 1 min, at about /,
    );
  });

  it("says that turns were not counted", () => {
    const said = say(watch({ resources: [{ ...limited, slopePerTurn: null }] }));
    assert.match(said.evidence ?? "", /95 % confidence; by time alone, as no turns were counted\. Steady/);
  });

  it("says what it is still waiting for", () => {
    const learning = watch({ verdict: "inconclusive", summary: "Judged in about 4 min.", resources: [] });
    assert.deepEqual(
      [say(learning).lead, say(learning).rest, say(learning).evidence],
      ["No verdict yet.", "Judged in about 4 min.", "Nothing was read of it yet."],
    );
    assert.equal(say(undefined).lead, "Not judged yet.");
    assert.equal(headline(agent(), undefined).lead, "Asking what is known of its memory.");
  });

  it("says on what a clean verdict rests", () => {
    const calm = watch({ verdict: "no-leak", summary: "Nothing grew by more than noise." });
    assert.deepEqual(
      [say(calm).severity, say(calm).evidence],
      ["ok", "1 resource, watched for 11 min and 330 turns. Confidence 0.97."],
    );
  });

  it("believes a hunt in this run more than a trend that does not show it yet", () => {
    const report: LeakReport = {
      verdict: "leak",
      confidence: 0.99,
      summary: "sessions (Map) grows.",
      resources: [],
      suspects: [],
      turns: 1000,
      duration: 20,
      paused: 1,
      snapshots: [],
    };
    const told = (time: number) =>
      headline(agent(), {
        agent: "voice-agent",
        suspects: [],
        watch: watch({ verdict: "no-leak", summary: "Nothing grows." }),
        reported: { agent: "voice-agent", time, report },
      });
    assert.deepEqual(
      [told(NOW).lead, told(NOW).rest, told(NOW).evidence],
      ["Leak, as the last hunt found:", "sessions (Map) grows.", "By what is watched without one: Nothing grows."],
    );
    // In an earlier run.
    assert.equal(told(NOW - 3600).lead, "No leak.");
  });

  it("says that an agent which has ended is judged no more", () => {
    assert.equal(say(watch(), agent({ status: "stopped" })).lead, "voice-agent is not running.");
  });

  it("tells the chart to those who don't see it", () => {
    assert.match(
      trendSentence(limited, NOW),
      /^Heap is 760 KiB, \+60\.0 KiB\/min \[52\.7, 64\.5\], steady: leak, it grows all the time\. It reaches the 512 MiB limit between /,
    );
    assert.equal(forecastText(heap(), NOW), undefined);
  });
});
