// What a tick costs the dashboard's page with ten minutes of data at 1,000 responses/s, the time to its first figures,
// and its one stacked chart beside one chart a track in the same run. Then a day of history: from the click to the
// painted charts, an update, and an hour of updates. A real Chromium that draws in software.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { build } from "esbuild";
import type { Page } from "playwright-core";
import { launchChromium } from "../scripts/chromium.ts";
import { DashboardPage } from "../test/ui/fixtures/dashboardPage.ts";
import { busyAgent, ScriptedAgent } from "../test/ui/fixtures/scriptedAgent.ts";
import { leakStory, scriptedHistory, scriptedReadings, withMachine } from "../test/ui/fixtures/scriptedHistory.ts";
import { interleave, spread } from "./support/stats.ts";
import { figure, machine, printTable } from "./support/table.ts";

const ROOT = dirname(import.meta.dirname);
const TICK = 0.2;
const TICKS_PER_ROUND = 10;
const ROUNDS = { rounds: 12, warmUp: 2 };
const TARGET = 8;
const MINUTES = 10;
const DAY = 86_400;
const FIRST_PAINT_TARGET = 300;
/** Milliseconds from the click on a range to the frame in which its charts stand. */
const PAINTED = `new Promise((done) => {
  const button = [...document.querySelectorAll(".ranges button")].find((b) => b.textContent === "24 h");
  const started = performance.now();
  button.click();
  const look = () => {
    const stands = button.ariaPressed === "true" && !document.querySelector(".history-state");
    if (stands) requestAnimationFrame(() => done(performance.now() - started));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})`;
/** An hour of updates at the pace of a tick each second, without waiting in between. */
const HOUR_OF_TICKS = 3600;

const made = spawnSync(process.execPath, [join(ROOT, "esbuild.mjs"), "--production"], { encoding: "utf8" });
if (made.status !== 0) throw new Error(`The dashboard could not be built:\n${made.stdout}${made.stderr}`);
const charts = await build({
  absWorkingDir: ROOT,
  entryPoints: ["bench/support/chartsPage.mjs"],
  bundle: true,
  minify: true,
  format: "iife",
  write: false,
});

const script = new ScriptedAgent(busyAgent(Math.floor(Date.now() / 1000) - MINUTES * 60));
script.play(MINUTES * 60);
const browser = await launchChromium();
try {
  console.log(`${machine()}, Chromium ${browser.version()}; median (min to max) of ${ROUNDS.rounds} rounds\n`);

  const dashboard = await DashboardPage.open(browser);
  const before = performance.now();
  await dashboard.tellState(script.workspace());
  await dashboard.tell({ kind: "series", series: script.series() });
  await dashboard.page.locator(".tracks canvas").waitFor();
  await dashboard.painted();
  const firstPaint = performance.now() - before;
  const costs = await interleave({ tick: () => cost(dashboard.page, () => play(dashboard)) }, ROUNDS);
  const perTick = (part: keyof Cost) => spread(costs.tick?.map((c) => c[part] / TICKS_PER_ROUND) ?? []);
  await dashboard.close();

  const day = await history();
  const page = await browser.newPage({ viewport: { width: 1400, height: 1600 } });
  await page.addScriptTag({ content: charts.outputFiles[0]?.text ?? "" });
  const opened = await page.evaluate<Record<"stacked" | "separate", { charts: number; first: number }>>(
    `openCharts(${JSON.stringify([script.state(), script.series(), script.now]).slice(1, -1)})`,
  );
  const drawn = await interleave(
    { stacked: () => draw(page, "stacked"), separate: () => draw(page, "separate") },
    {
      rounds: ROUNDS.rounds * TICKS_PER_ROUND,
      warmUp: 20,
    },
  );

  printTable(
    ["", "ms"],
    [
      ["dashboard, script per tick: messages, elements, chart", figure(perTick("script"), 1)],
      ["dashboard, style and layout per tick", figure(perTick("layout"), 1)],
      ["dashboard, all of the main thread per tick, painting and delivery included", figure(perTick("all"), 1)],
      ["dashboard, from the first message to painted figures", firstPaint.toFixed(0)],
      [
        `24 h of ${day.series} series in ${day.tracks} tracks, ${day.points} points each at most: from the click to painted charts`,
        figure(spread(day.first)),
      ],
      ["24 h, an answer that replaces it: script, layout", figure(spread(day.update), 1)],
      ["24 h shown, script and layout per tick", day.tick.toFixed(1)],
      [`heap after ${HOUR_OF_TICKS} updates less heap after ${HOUR_OF_TICKS / 10}, MiB`, day.growth.toFixed(2)],
      ["one stacked chart, draw per tick", figure(spread(drawn.stacked ?? []), 1)],
      [`${opened.separate.charts} charts of one track, draw per tick`, figure(spread(drawn.separate ?? []), 1)],
      ["one stacked chart, first draw", opened.stacked.first.toFixed(0)],
      [`${opened.separate.charts} charts of one track, first draw`, opened.separate.first.toFixed(0)],
    ],
  );
  const verdict = perTick("script").median < TARGET ? "met" : "missed";
  const painted = spread(day.first).median < FIRST_PAINT_TARGET ? "met" : "missed";
  const flat = day.growth < 2 ? "met" : "missed";
  console.log(`\nScript of a tick under ${TARGET} ms: ${verdict}`);
  console.log(`24 h painted within ${FIRST_PAINT_TARGET} ms: ${painted}`);
  console.log(`24 h shown, a tick under ${TARGET} ms: ${day.tick < TARGET ? "met" : "missed"}`);
  console.log(`Memory flat over an hour of updates: ${flat}`);
} finally {
  await browser.close();
}

/** A day of history in the page, chosen again and again, then shown while an hour of updates comes. */
async function history() {
  const now = Math.floor(Date.now() / 1000);
  // One run all day long: every series is full.
  const [run] = leakStory(now).runs.slice(-1);
  if (!run) throw new Error("The story has no run.");
  const story = { runs: [{ ...run, start: now - 1.5 * DAY }], slowFrom: now - DAY / 4 };
  const agent = new ScriptedAgent(busyAgent(now - 300));
  agent.play(300);
  const dashboard = await DashboardPage.open(browser);
  const { page } = dashboard;
  let series = 0;
  let points = 0;
  // What the collector takes to answer is measured with the store: here the answer stands ready.
  const ready = new Map<string, ReturnType<typeof scriptedHistory>>();
  dashboard.respond = (request) => {
    if (request.kind !== "history") return [];
    const { query, id } = request;
    const key = `${query.to - query.from} ${query.points}`;
    const answer = ready.get(key) ?? scriptedHistory(query, story);
    ready.set(key, answer);
    series = Math.max(series, answer.series.length);
    points = Math.max(points, ...answer.series.map(({ time }) => time.length));
    return [{ kind: "history", id, history: answer }];
  };
  const state = () => withMachine(agent.workspace());
  await dashboard.tellState(state());
  const live = agent.series();
  await dashboard.tell({
    kind: "series",
    series: { ...live, readings: [...live.readings, ...scriptedReadings(now, story)] },
  });
  await page.locator(".tracks canvas").waitFor();
  const choose = (range: string) => page.getByRole("button", { name: range, exact: true }).click();
  await choose("24 h");
  await dashboard.painted();

  const first: number[] = [];
  const update: number[] = [];
  for (let round = 0; round < ROUNDS.rounds; round++) {
    await choose("Live");
    await dashboard.painted();
    const taken = await cost(page, async () => {
      first.push(await page.evaluate<number>(PAINTED));
    });
    update.push(taken.script + taken.layout);
  }
  const tracks = await page.locator(".label").count();

  const size = async () => {
    const session = await page.context().newCDPSession(page);
    await session.send("HeapProfiler.collectGarbage");
    const { usedSize } = await session.send("Runtime.getHeapUsage");
    await session.detach();
    return usedSize / 2 ** 20;
  };
  const tick = async (ticks: number) => {
    for (let i = 0; i < ticks; i++) {
      agent.play(1);
      await dashboard.tellState(state());
      await dashboard.tell({ kind: "tick", series: agent.tick() });
    }
  };
  await tick(HOUR_OF_TICKS / 10);
  const before = await size();
  const ticks = (HOUR_OF_TICKS * 9) / 10;
  const taken = await cost(page, () => tick(ticks));
  const growth = (await size()) - before;
  await dashboard.close();
  return { tracks, series, points, first, update, tick: (taken.script + taken.layout) / ticks, growth };
}

/** Ticks as the editor sends them and at its pace. */
async function play(dashboard: DashboardPage): Promise<void> {
  for (let i = 0; i < TICKS_PER_ROUND; i++) {
    const next = setTimeout(TICK * 1000);
    script.play(TICK, TICK);
    await dashboard.tellState(script.workspace());
    await dashboard.tell({ kind: "tick", series: script.tick() });
    await next;
  }
}

/** Milliseconds of the page's main thread. */
interface Cost {
  script: number;
  layout: number;
  all: number;
}

async function cost(page: Page, act: () => Promise<void>): Promise<Cost> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const taken = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    const ms = (name: string) => (metrics.find((m) => m.name === name)?.value ?? 0) * 1000;
    return {
      script: ms("ScriptDuration"),
      layout: ms("RecalcStyleDuration") + ms("LayoutDuration"),
      all: ms("TaskDuration"),
    };
  };
  const before = await taken();
  await act();
  const after = await taken();
  await session.detach();
  return {
    script: after.script - before.script,
    layout: after.layout - before.layout,
    all: after.all - before.all,
  };
}

async function draw(page: Page, kind: "stacked" | "separate"): Promise<number> {
  script.play(TICK, TICK);
  const given = JSON.stringify([kind, script.state(), script.tick(), script.now]).slice(1, -1);
  const ms = await page.evaluate<number>(`drawCharts(${given})`);
  await page.evaluate("new Promise((done) => requestAnimationFrame(done))");
  return ms;
}
