// What a tick costs the dashboard's page with ten minutes of data at 1,000 responses/s, the time to its first figures,
// and its one stacked chart beside one chart a track in the same run. A real Chromium that draws in software.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { build } from "esbuild";
import type { Page } from "playwright-core";
import { launchChromium } from "../scripts/chromium.ts";
import { DashboardPage } from "../test/ui/fixtures/dashboardPage.ts";
import { busyAgent, ScriptedAgent } from "../test/ui/fixtures/scriptedAgent.ts";
import { interleave, spread } from "./support/stats.ts";
import { figure, machine, printTable } from "./support/table.ts";

const ROOT = dirname(import.meta.dirname);
const TICK = 0.2;
const TICKS_PER_ROUND = 10;
const ROUNDS = { rounds: 12, warmUp: 2 };
const TARGET = 8;
const MINUTES = 10;

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
      ["one stacked chart, draw per tick", figure(spread(drawn.stacked ?? []), 1)],
      [`${opened.separate.charts} charts of one track, draw per tick`, figure(spread(drawn.separate ?? []), 1)],
      ["one stacked chart, first draw", opened.stacked.first.toFixed(0)],
      [`${opened.separate.charts} charts of one track, first draw`, opened.separate.first.toFixed(0)],
    ],
  );
  const verdict = perTick("script").median < TARGET ? "met" : "missed";
  console.log(`\nScript of a tick under ${TARGET} ms: ${verdict}`);
} finally {
  await browser.close();
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
