import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../../scripts/chromium.ts";
import { formatDuration } from "../../src/model/format.ts";
import { until } from "../support/until.ts";
import { DashboardPage } from "./fixtures/dashboardPage.ts";
import { busyAgent, ScriptedAgent, voiceAgent } from "./fixtures/scriptedAgent.ts";

const BEGIN = Date.UTC(2026, 10, 23, 14, 20, 0) / 1000;
const played = (seconds = 720) => {
  const script = new ScriptedAgent(voiceAgent(BEGIN));
  script.play(seconds);
  return script;
};

describe("The dashboard in a browser", () => {
  let browser: Browser;
  let dashboard: DashboardPage;
  let page: Page;

  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  const open = async (options: Parameters<typeof DashboardPage.open>[1] = {}) => {
    dashboard = await DashboardPage.open(browser, options);
    page = dashboard.page;
  };
  const showAll = async (script: ScriptedAgent) => {
    await dashboard.tellState(script.workspace());
    await dashboard.tell({ kind: "series", series: script.series() });
    await page.locator(".tracks").waitFor();
    await dashboard.painted();
  };
  const tick = async (script: ScriptedAgent, seconds = 0.2) => {
    script.play(seconds, seconds);
    await dashboard.tellState(script.workspace());
    await dashboard.tell({ kind: "tick", series: script.tick() });
    await dashboard.painted();
  };
  const tileFigure = (id: string) => page.locator(`[data-tile="${id}"] .tile-figure`);
  const label = (track: string) => page.locator(`[data-track="${track}"]`);
  const chart = () => page.getByRole("slider", { name: "Crosshair" });
  const responses = () => page.locator(".responses .scrolls");
  afterEach(async () => {
    assert.deepEqual(dashboard.errors, []);
    await dashboard.close();
  });

  it("shows the figures that it is given", async () => {
    const script = played();
    await open();
    await showAll(script);
    const judged = script.state().latency.filter((q) => q.threshold !== undefined);
    assert.equal(judged.length, 3);
    for (const { queryType, minute } of judged) {
      assert.equal(await tileFigure(queryType).textContent(), formatDuration(minute.p95 ?? 0));
    }
    await page.getByText("Thinker misses its objective:").first().waitFor();
    await page.getByText("AMD Ryzen 9 5900X").waitFor();
    await page.getByText("run 2", { exact: true }).waitFor();
    assert.equal(
      await label("talker").locator("dd").first().textContent(),
      formatDuration(script.state().latency[0]?.minute.p50 ?? 0),
    );
    assert.equal(await page.locator("[data-histogram]").count(), 6);
    assert.equal(await page.locator(".tracks canvas").count(), 1);
  });

  it("updates in place: the same elements get new figures", async () => {
    const script = played();
    await open();
    await showAll(script);
    const places = [
      ".tracks canvas",
      '[data-tile="talker"]',
      '[data-track="talker"]',
      ".responses tbody tr",
      "header h1",
    ];
    const marked = `${JSON.stringify(places)}.map((place) => document.querySelector(place))`;
    await page.evaluate(`${marked}.forEach((element) => { element.wasHere = true; })`);
    const before = await page.locator("main").textContent();
    for (let i = 0; i < 10; i++) await tick(script, 1);
    assert.notEqual(await page.locator("main").textContent(), before);
    assert.deepEqual(
      await page.evaluate(`${marked}.map((element) => element.wasHere)`),
      places.map(() => true),
    );
  });

  it("reads the figures under the crosshair out in the labels, the latest when it is away", async () => {
    const script = played();
    await open();
    await showAll(script);
    const latest = await label("talker").textContent();
    const box = await chart().boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + box.width / 2, box.y + 80);
    const pill = (await page.locator(".crosshair").textContent()) ?? "";
    const [hours, minutes, seconds] = pill.split(":").map(Number);
    const time = Date.UTC(2026, 10, 23, hours, minutes, seconds) / 1000;
    const point = script.series().latency.talker?.find((p) => time >= p.time && time < p.time + 5);
    assert.ok(point, `no bucket at ${pill}`);
    assert.deepEqual(
      await label("talker").locator("dd").allTextContents(),
      [point.p50, point.p95, point.p99].map(formatDuration),
    );
    await page.mouse.move(10, 10);
    assert.equal(await page.locator(".crosshair").count(), 0);
    assert.equal(await label("talker").textContent(), latest);
  });

  it("moves the crosshair by keyboard and says what stands there", async () => {
    await open();
    await showAll(played());
    await chart().focus();
    assert.equal(await chart().getAttribute("aria-valuetext"), "Latest figures");
    await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    // 35 s before the chart's end, which moves on while the test runs.
    const pill = (await page.locator(".crosshair").textContent()) ?? "";
    assert.match(pill, /^14:31:(2[5-9]|[345]\d)$/);
    const said = (await chart().getAttribute("aria-valuetext")) ?? "";
    assert.ok(said.startsWith(`${pill}. Talker p50 `), said);
    assert.match(said, /Memory heap \d/);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator(".crosshair").count(), 0);
  });

  it("shows every chart as a table too, and keeps that over a reload", async () => {
    const script = played();
    await open();
    await showAll(script);
    await page.getByRole("button", { name: "Table" }).click();
    const figures = page.getByRole("region", { name: "Figures by time" });
    await figures.waitFor();
    const point = script.series().latency.talker?.at(-2);
    assert.ok(point);
    const shown = [String(point.count), String(point.errors), ...[point.p50, point.p95, point.p99].map(formatDuration)];
    const cells = figures.locator("tbody tr").nth(1).locator("td");
    assert.deepEqual((await cells.allTextContents()).slice(1, 6), shown);
    assert.equal(await page.locator(".tracks canvas").count(), 0);
    assert.ok((await page.locator("table.bars tbody tr").count()) > 10);

    await page.reload();
    await showAll(script);
    await figures.waitFor();
  });

  it("asks for the agent that it showed before a reload", async () => {
    await open();
    await showAll(played());
    await page.reload();
    await page.getByRole("heading", { name: "voice-agent" }).waitFor();
    assert.deepEqual(
      dashboard.requests.filter(({ kind }) => kind === "ready"),
      [
        { kind: "ready", memento: {} },
        { kind: "ready", memento: { agent: "voice-agent" } },
      ],
    );
  });

  it("takes 1,000 responses a second without growing", async () => {
    const script = new ScriptedAgent(busyAgent(BEGIN));
    script.play(600);
    await open();
    await showAll(script);
    for (let i = 0; i < 10; i++) await tick(script);
    const session = await page.context().newCDPSession(page);
    const size = async () => {
      await session.send("HeapProfiler.collectGarbage");
      const { usedSize } = await session.send("Runtime.getHeapUsage");
      return { heap: usedSize, elements: Number(await page.evaluate("document.querySelectorAll('*').length")) };
    };
    const before = await size();
    for (let i = 0; i < 50; i++) await tick(script);
    const after = await size();
    assert.equal(after.elements, before.elements);
    assert.ok(after.heap - before.heap < 2 * 2 ** 20, `the heap grew by ${after.heap - before.heap} bytes`);
    assert.ok((await responses().locator("tbody tr").count()) < 40);
    const total = script.series().responses.at(-1)?.index ?? 0;
    await page.getByText(`200 of ${(total + 1).toLocaleString("en")}`).waitFor();
  });

  it("lets rows stand still while they are read, and says how many are newer", async () => {
    const script = played();
    await open({ height: 1200 });
    await showAll(script);
    await responses().hover();
    await page.mouse.wheel(0, 300);
    await page.waitForFunction("document.querySelector('.responses .scrolls').scrollTop > 200");
    await dashboard.painted();
    const read = await responses().textContent();
    const last = script.series().responses.at(-1)?.index ?? 0;
    for (let i = 0; i < 5; i++) await tick(script, 1);
    assert.equal(await responses().textContent(), read);
    const newer = (script.series().responses.at(-1)?.index ?? 0) - last;
    await page.getByRole("button", { name: `${newer} newer` }).click();
    await dashboard.painted();
    assert.notEqual(await responses().textContent(), read);
    assert.equal(await page.getByRole("button", { name: "newer" }).count(), 0);
  });

  it("says how to begin while no agent runs, and does it", async () => {
    await open();
    await dashboard.tellState(new ScriptedAgent(voiceAgent(BEGIN)).workspace());
    await page.getByRole("heading", { name: "No agent is running" }).waitFor();
    await page.getByRole("button", { name: "Start voice-agent" }).click();
    await page.getByRole("button", { name: "Attach to Process…" }).click();
    await dashboard.tellState(undefined, { state: "none" });
    await page.getByRole("button", { name: "Name an Agent" }).click();
    assert.deepEqual(dashboard.requests.slice(1), [
      { kind: "command", command: "agentVitals.startAgent", agent: "voice-agent" },
      { kind: "command", command: "agentVitals.attachToProcess" },
      { kind: "command", command: "agentVitals.openConfig" },
    ]);
  });

  it("says that the agent is not affected while the collector restarts, and keeps its figures in grey", async () => {
    const script = played();
    await open();
    await showAll(script);
    const figure = await tileFigure("talker").textContent();
    await dashboard.tellState(script.workspace(), { state: "restarting", attempt: 2, since: script.now });
    const notice = page.getByRole("status").filter({ hasText: "Your agent is not affected." });
    await notice.waitFor();
    assert.match((await notice.textContent()) ?? "", /starting again, try 2\. .* Figures are from 14:32:00\./);
    assert.equal(await tileFigure("talker").textContent(), figure);
    await page.locator("main.stale").waitFor();
    await dashboard.tellState(script.workspace());
    await page.locator("main:not(.stale)").waitFor();
  });

  it("says what failed: the collector, the agent, a command", async () => {
    await open();
    await dashboard.tellState(undefined, { state: "failed", message: "It ended with exit code 1." });
    await page.getByRole("alert").filter({ hasText: "It ended with exit code 1." }).waitFor();
    await showAll(played(175));
    await page.getByText("voice-agent is down.").first().waitFor();
    dashboard.refuse = ({ kind }) => (kind === "command" ? "there is no file src/main.ts" : undefined);
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page
      .getByRole("alert")
      .filter({ hasText: "That could not be done: there is no file src/main.ts." })
      .waitFor();
    await page.getByRole("button", { name: "Dismiss" }).click();
    await page.getByRole("alert").waitFor({ state: "detached" });
  });

  it("switches between agents by keyboard", async () => {
    const script = played(30);
    const other = new ScriptedAgent({ ...voiceAgent(BEGIN), name: "chat-agent" }).state();
    await open();
    await dashboard.tellState(script.workspace(other));
    const button = page.getByRole("button", { name: "show another agent" });
    await button.focus();
    await page.keyboard.press("Enter");
    await page.locator('[role="menuitemradio"][aria-checked="true"]:focus').waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.locator("button:focus").filter({ hasText: "voice-agent" }).waitFor();
    await dashboard.asksFor({ kind: "show", agent: "chat-agent" });
  });

  it("offers what else can be done behind one button", async () => {
    await open();
    await showAll(played(30));
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Pin to Status Bar" }).click();
    await dashboard.asksFor({
      kind: "command",
      command: "agentVitals.pinAgent",
      agent: "voice-agent",
    });
    assert.equal(await page.getByRole("menu").count(), 0);
  });

  it("draws its chart in the colours of a new theme", async () => {
    await open();
    await showAll(played());
    const picture = () => page.evaluate<string>("document.querySelector('.tracks canvas').toDataURL()");
    const dark = await picture();
    await dashboard.useTheme("Light Modern");
    await until("another picture", async () => (await picture()) !== dark);
  });

  it("keeps each track beside its label when query types come one after the other", async () => {
    const all = voiceAgent(Date.now() / 1000 - 120);
    await open();
    // CPU and memory alone, then Thinker, then Talker, which is shown above both.
    for (const kept of [[], ["thinker"], ["thinker", "talker"]]) {
      const script = new ScriptedAgent({ ...all, types: all.types.filter((t) => kept.includes(t.queryType)) });
      script.play(120);
      await showAll(script);
    }
    const count = `(() => {
      const canvas = document.querySelector(".tracks canvas");
      const label = document.querySelector('[data-track="talker"]').getBoundingClientRect();
      const top = canvas.getBoundingClientRect().top;
      const scale = canvas.height / canvas.getBoundingClientRect().height;
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const count = { beside: 0, elsewhere: 0 };
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 2] - data[i] < 100 || data[i + 2] - data[i + 1] < 60 || data[i + 3] < 200) continue;
        const y = top + Math.floor(i / 4 / canvas.width) / scale;
        count[y > label.top && y < label.bottom ? "beside" : "elsewhere"]++;
      }
      return count;
    })()`;
    await until("Talker's line beside its label", async () => {
      const blue = await page.evaluate<{ beside: number; elsewhere: number }>(count);
      return blue.beside > 50 && blue.elsewhere < blue.beside / 20;
    });
  });

  it("fits into a side panel, the worst figure first", async () => {
    await open({ width: 480, height: 1366 });
    await showAll(played());
    const order = await page
      .locator("[data-tile]")
      .evaluateAll((tiles) => tiles.map((t) => t.getAttribute("data-tile")));
    assert.deepEqual(order, ["thinker", "voice", "talker", "rag_search", "memory", "cpu"]);
    for (const width of [480, 340]) {
      await page.setViewportSize({ width, height: 1366 });
      await dashboard.painted();
      assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width);
    }
  });

  for (const theme of [
    "Dark Modern",
    "Light Modern",
    "Default High Contrast",
    "Default High Contrast Light",
  ] as const) {
    it(`has text of enough contrast in ${theme}`, async () => {
      await open({ theme });
      await showAll(played());
      assert.deepEqual(await dashboard.lowContrast(4.5), []);
    });
  }
});
