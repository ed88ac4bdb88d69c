import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../../scripts/chromium.ts";
import type { ShownLeaks, SuspectAction } from "../../src/model/dashboard.ts";
import type { AgentState } from "../../src/model/state.ts";
import { until } from "../support/until.ts";
import { DashboardPage } from "./fixtures/dashboardPage.ts";
import { ScriptedAgent, voiceAgent } from "./fixtures/scriptedAgent.ts";
import { scriptedHunt, scriptedLeaks, scriptedReport } from "./fixtures/scriptedLeaks.ts";

const BEGIN = Date.UTC(2026, 10, 23, 14, 20, 0) / 1000;
const AGENT = "voice-agent";
const RESULTS = join(dirname(dirname(import.meta.dirname)), "test-results");

describe("The dashboard's page of memory", () => {
  let browser: Browser;
  let dashboard: DashboardPage;
  let page: Page;
  let script: ScriptedAgent;

  before(async () => {
    browser = await launchChromium();
    script = new ScriptedAgent(voiceAgent(BEGIN));
    script.play(720);
    mkdirSync(RESULTS, { recursive: true });
  });
  after(() => browser.close());

  const open = async (
    leaks: ShownLeaks | undefined,
    options: Parameters<typeof DashboardPage.open>[1] = {},
    state: Partial<AgentState> = {},
  ) => {
    dashboard = await DashboardPage.open(browser, options);
    page = dashboard.page;
    dashboard.respond = (request) =>
      request.kind === "leaks" && request.agent && leaks ? [{ kind: "leaks", agent: request.agent, leaks }] : [];
    await tellState(state);
    await dashboard.tell({ kind: "series", series: script.series() });
    await page.locator("main").waitFor();
    await dashboard.tell({ kind: "page", page: "memory" });
    await page.locator("main.memory").waitFor();
    await dashboard.painted();
  };
  const tellState = (state: Partial<AgentState>) =>
    dashboard.tellState({ ...script.workspace(), agents: [{ ...script.state(), ...state }] });
  const everything = (more: Partial<ShownLeaks> = {}) =>
    scriptedLeaks(AGENT, script.now, { ...scriptedReport(AGENT, script.now - 60), ...more });
  const row = (name: string) => page.locator(".watched tbody tr", { hasText: name });
  const picture = () => page.evaluate<string>("document.querySelector('.trend canvas').toDataURL()");
  afterEach(async () => {
    assert.deepEqual(dashboard.errors, []);
    await dashboard.close();
  });

  it("says what leaks, how fast, and when there will be no more of it", async () => {
    await open(everything());
    const said = (await page.locator(".memory-headline").textContent()) ?? "";
    assert.match(said, /Leak: the heap grows [\d.]+ MiB a minute and will be full in 3 h \d+ min, at about 17:\d\d\./);
    assert.match(said, /Slope \[[\d.]+, [\d.]+\] MiB\/min at 95 % confidence, [\d.]+ KiB a turn\. Steady\. Confidence/);
    await row("Heap after GC").getByText("Leak", { exact: true }).waitFor();
    await row("RSS").getByText("Follows heap").waitFor();
    await row("Threads").getByText("No leak").waitFor();
    await page.screenshot({ path: join(RESULTS, "memory-page-dark.png") });
  });

  it("tells a hunt step by step, and cancels it", async () => {
    await open(everything({ hunt: scriptedHunt(script.now) }));
    const steps = page.locator(".step");
    assert.equal(await steps.count(), 7);
    assert.match((await steps.nth(1).textContent()) ?? "", /Snapshot 1 after GC 133 MiB, paused 14.6 s/);
    assert.match((await steps.nth(4).textContent()) ?? "", /Turns.*32 turns64 %/);
    assert.equal(await steps.nth(4).getAttribute("aria-current"), "step");
    await page.screenshot({ path: join(RESULTS, "memory-hunt-dark.png") });
    await page.getByRole("button", { name: "Cancel" }).click();
    await dashboard.asksFor({ kind: "cancelHunt", agent: AGENT });
  });

  it("draws the course of the row that is chosen, by click and by keyboard, and keeps the choice", async () => {
    await open(everything());
    const first = await picture();
    await row("Buffers").click();
    await until("another picture", async () => (await picture()) !== first);
    await page.getByRole("slider", { name: "Readings of Buffers" }).waitFor();
    await page.keyboard.press("Home");
    await row("Heap after GC").and(page.locator('[aria-selected="true"]')).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.reload();
    await tellState({});
    await dashboard.tell({ kind: "series", series: script.series() });
    await page.locator('.watched tbody tr:nth-child(2)[aria-selected="true"]').waitFor();
  });

  it("draws over turns too, and has every chart as a table", async () => {
    await open(everything());
    const overTime = await picture();
    await page.getByRole("button", { name: "Turns", exact: true }).click();
    await until("another picture", async () => (await picture()) !== overTime);
    await page.getByRole("button", { name: "Table" }).click();
    const rows = page.getByRole("region", { name: "Readings of Heap after GC" }).locator("tbody tr");
    await rows.first().waitFor();
    assert.equal(await rows.count(), 81);
    assert.match((await rows.last().textContent()) ?? "", /^13:52:00.*no, warm-up$/);
    assert.equal(await page.locator(".trend canvas").count(), 0);
  });

  it("reads out the course under the crosshair, and what is expected ahead of now", async () => {
    await open(everything());
    const chart = page.getByRole("slider", { name: "Readings of Heap after GC" });
    await chart.focus();
    await page.keyboard.press("End");
    assert.match((await chart.getAttribute("aria-valuetext")) ?? "", /^14:4\d:\d\d, \d+ MiB expected$/);
    await page.keyboard.press("Home");
    assert.match((await chart.getAttribute("aria-valuetext")) ?? "", /^13:52:00, [\d.]+ MiB$/);
    assert.match(
      (await chart.getAttribute("aria-description")) ?? "",
      /Heap after GC is .*steady: leak.*512 MiB limit/,
    );
  });

  it("shows suspects with their lines, and asks for what it may", async () => {
    await open(everything());
    const suspects = page.locator(".suspect");
    assert.equal(await suspects.count(), 2);
    await suspects.first().getByText("this.sessions.set(id, new Session(id));").waitFor();
    assert.equal(await suspects.first().locator(".way .own").textContent(), "SessionStore.sessions");
    assert.equal(await suspects.nth(1).locator("pre").count(), 0);
    await suspects.nth(1).getByText("was changed since the hunt").waitFor();
    const time = script.now - 60;
    const asked = (index: number, action: SuspectAction) =>
      ({ kind: "suspect", agent: AGENT, time, index, action }) as const;
    await suspects.first().getByRole("button", { name: "Open Source" }).click();
    await suspects.nth(1).getByRole("button", { name: "Retainers" }).click();
    await suspects.nth(1).getByRole("button", { name: "Silence" }).click();
    await suspects.nth(1).getByRole("button", { name: "About timers" }).click();
    await dashboard.asksFor(asked(0, "reveal"), asked(1, "retainers"), asked(1, "silence"), asked(1, "explain"));
    const { suspects: known = [], ...leaks } = everything();
    const silenced = { ...leaks, suspects: known.map((one, i) => ({ ...one, silenced: i === 1 })) };
    await dashboard.tell({ kind: "leaks", agent: AGENT, leaks: silenced });
    await page.getByText("1 silenced in this workspace.").waitFor();
    assert.equal(await suspects.count(), 1);
    await page.getByRole("button", { name: "Show Again" }).click();
    await dashboard.asksFor({ kind: "command", command: "agentVitals.showSilencedLeaks" });
  });

  it("says what it waits for, what can't be had, and what a hunt costs before it is begun", async () => {
    await open({ agent: AGENT, suspects: [] });
    await page.getByText("Not judged yet.", { exact: true }).first().waitFor();
    await page.getByText(/^Three snapshots, each pauses it about \d+ to \d+ s\.$/).waitFor();
    await page.getByRole("button", { name: "Hunt for Leaks" }).click();
    await dashboard.asksFor({ kind: "command", command: "agentVitals.huntForLeaks", agent: AGENT });
    const run = script.state().runs[0];
    assert.ok(run);
    await tellState({ runs: [{ ...run, runtime: "Ruby 3.4" }] });
    await page.getByText("Ruby has no inspector to hunt with").waitFor();
    assert.equal(await page.getByRole("button", { name: "Hunt for Leaks" }).count(), 0);
    await tellState({ status: "stopped" });
    await page.getByText("voice-agent is not running.", { exact: true }).first().waitFor();
  });

  it("is told of nothing while another page is shown", async () => {
    await open(everything());
    const asked = () => dashboard.requests.flatMap((one) => (one.kind === "leaks" ? [one.agent] : []));
    assert.deepEqual(asked(), [AGENT]);
    await page.getByRole("tab", { name: "Overview" }).click();
    await until("it ends to ask", async () => asked().length === 2);
    assert.deepEqual(asked(), [AGENT, undefined]);
  });

  it("marks its tab when something leaks", async () => {
    const leak = { verdict: "leak" as const, confidence: 0.97, summary: "", hunting: false };
    await open(everything(), {}, { leak });
    await page.getByRole("tab", { name: "Memory leak" }).waitFor();
  });

  it("fits into a side panel with nothing dropped, what was found before what it was found by", async () => {
    await open(everything({ hunt: scriptedHunt(script.now) }), { width: 480, height: 2000 });
    for (const width of [480, 340, 1000, 1200]) {
      await page.setViewportSize({ width, height: 2000 });
      await dashboard.painted();
      assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width);
      assert.equal(await row("Heap after GC").locator("> *:visible").count(), 9);
    }
    await page.setViewportSize({ width: 480, height: 2000 });
    await dashboard.painted();
    await page.screenshot({ path: join(RESULTS, "memory-page-480.png") });
    const top = async (selector: string) => (await page.locator(selector).boundingBox())?.y ?? Number.NaN;
    assert.ok((await top(".hunt")) < (await top(".trend")));
  });

  for (const theme of [
    "Dark Modern",
    "Light Modern",
    "Default High Contrast",
    "Default High Contrast Light",
  ] as const) {
    it(`has text of enough contrast in ${theme}`, async () => {
      await open(everything({ hunt: scriptedHunt(script.now) }), { theme });
      assert.deepEqual(await dashboard.lowContrast(4.5), []);
      await page.screenshot({ path: join(RESULTS, `memory-page-${theme.replaceAll(" ", "-")}.png`) });
    });
  }

  it("draws its chart in the colours of a new theme", async () => {
    await open(everything());
    const dark = await picture();
    await dashboard.useTheme("Light Modern");
    await until("another picture", async () => (await picture()) !== dark);
  });
});
