import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../../scripts/chromium.ts";
import type { DashboardRequest } from "../../src/model/dashboard.ts";
import type { HistoryQuery } from "../../src/model/series.ts";
import type { WorkspaceState } from "../../src/model/state.ts";
import { until } from "../support/until.ts";
import { DashboardPage } from "./fixtures/dashboardPage.ts";
import { ScriptedAgent, voiceAgent } from "./fixtures/scriptedAgent.ts";
import { leakStory, type Story, scriptedHistory, scriptedReadings, withMachine } from "./fixtures/scriptedHistory.ts";

const THEMES = ["Dark Modern", "Light Modern", "Default High Contrast", "Default High Contrast Light"] as const;

describe("The dashboard's history", () => {
  let browser: Browser;
  let dashboard: DashboardPage;
  let page: Page;
  let script: ScriptedAgent;
  let story: Story;
  /** Answers a history request; the default answers at once. */
  let answering: boolean;
  /** Machines that the source knows, where there are several. */
  let hosts: string[] | undefined;

  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());
  afterEach(async () => {
    assert.deepEqual(dashboard.errors, []);
    await dashboard.close();
  });

  const state = (change: Partial<WorkspaceState> = {}): WorkspaceState => {
    const told = withMachine(script.workspace());
    const [run] = story.runs.slice(-1);
    const agents = told.agents.map((agent) => ({
      ...agent,
      runs: [
        { ...run, id: "r7", number: 7, origin: "launched" as const, pid: 48213, startTime: run?.start ?? 0, kept: [] },
      ],
    }));
    return { ...told, agents, ...change };
  };
  const open = async (options: Parameters<typeof DashboardPage.open>[1] = {}) => {
    const now = Math.floor(Date.now() / 1000);
    story = leakStory(now);
    script = new ScriptedAgent({ ...voiceAgent(now - 300), runs: [{ from: 1 }] });
    script.play(300);
    answering = true;
    hosts = undefined;
    dashboard = await DashboardPage.open(browser, options);
    page = dashboard.page;
    dashboard.respond = (request) => {
      if (request.kind === "runs") return [{ kind: "runs", agent: request.agent, runs: [...story.runs] }];
      if (request.kind !== "history" || !answering) return [];
      const of = hosts ? { hosts, host: request.query.host ?? hosts[0] ?? "" } : {};
      return [{ kind: "history", id: request.id, history: { ...scriptedHistory(request.query, story), ...of } }];
    };
    await dashboard.tellState(state());
    const series = script.series();
    const readings = [...series.readings, ...scriptedReadings(now, story)];
    await dashboard.tell({ kind: "series", series: { ...series, readings } });
    await page.locator("main").waitFor();
    await dashboard.painted();
  };
  const asked = (): Extract<DashboardRequest, { kind: "history" }>[] =>
    dashboard.requests.filter((request) => request.kind === "history");
  const lastQuery = () => asked().at(-1)?.query as HistoryQuery;
  const spanOf = ({ from, to }: HistoryQuery) => to - from;
  const choose = async (range: string) => {
    const before = asked().length;
    await page.getByRole("button", { name: range, exact: true }).click();
    await until("history to be asked for", async () => asked().length > before);
    await dashboard.painted();
  };
  const goTo = async (name: string) => {
    await page.getByRole("tab", { name }).click();
    await dashboard.painted();
  };
  const chart = () => page.getByRole("slider", { name: "Crosshair" });
  const label = (track: string) => page.locator(`[data-track="${track}"]`);
  const zoomChip = () => page.getByRole("button", { name: "–" }).and(page.locator('[aria-pressed="true"]'));
  const atShare = async (share: number, y = 150) => {
    const box = await chart().boundingBox();
    assert.ok(box);
    return { x: box.x + (box.width - 54) * share, y: box.y + y };
  };
  const canvas = () => page.evaluate<string>("document.querySelector('.tracks canvas').toDataURL()");

  it("is of one machine at a time where the source knows several", async () => {
    await open();
    hosts = ["desk", "lab"];
    await choose("1 h");
    assert.equal(lastQuery().host, undefined);
    await page.getByRole("button", { name: "Machine: " }).click();
    assert.deepEqual(await page.getByRole("menuitemradio").or(page.getByRole("menuitem")).allInnerTexts(), [
      "desk",
      "lab",
    ]);
    await page.getByText("lab", { exact: true }).click();
    await until("the other machine is asked for", () => lastQuery().host === "lab");
    await page.getByRole("button", { name: "Machine: lab" }).waitFor();
    hosts = undefined;
    await choose("24 h");
    await page.getByRole("button", { name: "Machine: " }).waitFor({ state: "detached" });
  });

  it("is asked for by the range that is chosen, with no more points than pixels", async () => {
    await open();
    for (const [label_, seconds] of [
      ["5 min", 300],
      ["1 h", 3600],
      ["24 h", 86_400],
      ["7 d", 604_800],
    ] as const) {
      await choose(label_);
      assert.ok(Math.abs(spanOf(lastQuery()) - seconds) <= 1, label_);
      assert.ok(lastQuery().points <= 1000 && lastQuery().points >= 500, `${lastQuery().points} points`);
    }
    await choose("Run 7");
    assert.equal(lastQuery().run, "r7");
    assert.equal(lastQuery().from, story.runs.at(-1)?.start);
    await page.getByRole("button", { name: "Another run" }).click();
    await page.getByRole("menuitemradio", { name: "Run 6" }).click();
    await until("run 6 to be asked for", async () => lastQuery().run === "old6");
  });

  it("says figures of the whole range, and under the crosshair those of its time", async () => {
    await open();
    await choose("24 h");
    const whole = scriptedHistory(lastQuery(), story).totals?.find(({ queryType }) => queryType === "talker");
    assert.ok(whole);
    assert.match(
      (await label("talker").textContent()) ?? "",
      new RegExp(`${whole.count.toLocaleString("en")} responses`),
    );
    const place = await atShare(0.9);
    await page.mouse.move(place.x, place.y);
    assert.match((await page.locator(".crosshair").textContent()) ?? "", /^\w{3} \d+ \d\d:\d\d$/);
    assert.match((await label("memory").textContent()) ?? "", /heap\d+ MiB/);
  });

  it("goes on asking while time goes on, and stops while it is paused", async () => {
    await open();
    await choose("5 min");
    const first = asked().length;
    await until("the range to be asked for again", async () => asked().length > first);
    await page.getByRole("button", { name: "Pause the charts" }).click();
    await dashboard.painted();
    const paused = asked().length;
    const drawn = await canvas();
    for (let i = 0; i < 12; i++) {
      await dashboard.tellState(state());
      await dashboard.painted();
    }
    assert.equal(asked().length, paused);
    assert.equal(await canvas(), drawn);
    await page.getByRole("button", { name: "Pause the charts" }).click();
    await until("it to go on", async () => asked().length > paused);
  });

  it("stands with its axes while it loads, and shows no answer but the one to the latest question", async () => {
    await open();
    answering = false;
    await choose("24 h");
    await page.getByRole("status").filter({ hasText: "History loads" }).waitFor();
    const labels = await page.locator(".label-title").allTextContents();
    const [first] = asked().slice(-1);
    await choose("1 h");
    const [second] = asked().slice(-1);
    assert.ok(first && second && first.id !== second.id);
    const late = scriptedHistory(first.query, story);
    await dashboard.tell({ kind: "history", id: first.id, history: late });
    await dashboard.painted();
    await page.getByRole("status").filter({ hasText: "History loads" }).waitFor();
    await dashboard.tell({ kind: "history", id: second.id, history: scriptedHistory(second.query, story) });
    await page.getByText("History loads").waitFor({ state: "detached" });
    assert.deepEqual((await page.locator(".label-title").allTextContents()).slice(0, 4), labels.slice(0, 4));
  });

  it("says in its place why it could not be had, and tries again", async () => {
    await open();
    answering = false;
    await choose("24 h");
    await dashboard.tell({ kind: "history", id: asked().at(-1)?.id ?? 0, error: "The database is locked." });
    await page.getByRole("alert").filter({ hasText: "The database is locked." }).waitFor();
    answering = true;
    await page.getByRole("button", { name: "Try again" }).click();
    await label("talker").getByText("responses").waitFor();
    assert.equal(await page.getByRole("alert").count(), 0);
  });

  it("says that nothing was recorded in a time", async () => {
    await open();
    dashboard.respond = (request) => {
      if (request.kind !== "history") return [];
      const empty = { ...scriptedHistory(request.query, story), series: [], latency: [], totals: [], events: [] };
      return [{ kind: "history", id: request.id, history: empty }];
    };
    await choose("7 d");
    await page.getByRole("status").filter({ hasText: "Nothing was recorded" }).waitFor();
  });

  it("is zoomed into by dragging, asks for what is finer, and goes back by a double click", async () => {
    await open();
    await choose("24 h");
    const before = lastQuery();
    const [from, to] = [await atShare(0.8), await atShare(0.95)];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move((from.x + to.x) / 2, to.y, { steps: 4 });
    await page.mouse.move(to.x, to.y, { steps: 4 });
    await page.mouse.up();
    await until("a part of the day to be asked for", async () => spanOf(lastQuery()) < 86_400 / 4);
    assert.ok(lastQuery().from > before.from && lastQuery().to <= before.to + 5);
    assert.ok(Math.abs(spanOf(lastQuery()) / 86_400 - 0.15) < 0.02);
    await zoomChip().waitFor();
    await page.mouse.dblclick(to.x, to.y);
    await zoomChip().waitFor({ state: "detached" });
    await until("the day to be asked for again", async () => spanOf(lastQuery()) === 86_400);
  });

  it("is zoomed into around the pointer by Ctrl and wheel, also while it is live, and panned with Shift", async () => {
    await open();
    const place = await atShare(0.5);
    await page.mouse.move(place.x, place.y);
    await page.keyboard.down("Control");
    for (let i = 0; i < 6; i++) await page.mouse.wheel(0, -120);
    await page.keyboard.up("Control");
    await until("a part of the last minutes to be asked for, by the last turn of the wheel", async () => {
      const before = asked().length;
      await page.waitForTimeout(500);
      return before > 0 && asked().length === before;
    });
    const zoomed = lastQuery();
    assert.ok(spanOf(zoomed) < 400, `${spanOf(zoomed)} s`);
    await page.keyboard.down("Shift");
    await page.mouse.down();
    await page.mouse.move(place.x + 120, place.y, { steps: 6 });
    await page.mouse.up();
    await page.keyboard.up("Shift");
    await until("what lies before to be asked for", async () => lastQuery().from < zoomed.from);
    assert.ok(Math.abs(spanOf(lastQuery()) - spanOf(zoomed)) <= 2);
  });

  it("is zoomed and panned by keyboard, around the crosshair", async () => {
    await open();
    await choose("1 h");
    await chart().focus();
    await page.keyboard.press("+");
    await until("half an hour to be asked for", async () => Math.abs(spanOf(lastQuery()) - 1800) <= 3);
    const zoomed = lastQuery();
    await page.keyboard.press("Control+ArrowLeft");
    await until("what lies before", async () => Math.abs(zoomed.from - lastQuery().from - 450) <= 5);
    await page.keyboard.press("-");
    await until("an hour", async () => Math.abs(spanOf(lastQuery()) - 3600) <= 3);
    await page.keyboard.press("ArrowLeft");
    assert.equal(await page.locator(".crosshair").count(), 1);
    await page.keyboard.press("0");
    await zoomChip().waitFor({ state: "detached" });
  });

  it("has a table of at most 240 rows", async () => {
    await open();
    await choose("24 h");
    await page.getByRole("button", { name: "Table" }).click();
    await until("fewer points to be asked for", async () => lastQuery().points === 240);
    const rows = page.getByRole("region", { name: "Figures by time" }).locator("tbody tr");
    await until("few rows", async () => (await rows.count()) <= 241);
    assert.ok((await rows.count()) > 20);
    await page.getByRole("columnheader", { name: "GPU memory" }).waitFor();
  });

  it("keeps its range over a reload", async () => {
    await open();
    await choose("24 h");
    await page.reload();
    await dashboard.tellState(state());
    await dashboard.tell({ kind: "series", series: script.series() });
    await page.locator('[aria-pressed="true"]', { hasText: "24 h" }).waitFor();
  });

  it("is kept as a picture of what is seen", async () => {
    await open();
    await choose("1 h");
    await page.getByRole("button", { name: "Save and export" }).click();
    await page.getByRole("menuitem", { name: "Save Picture…" }).click();
    await until("the picture", async () => dashboard.requests.some(({ kind }) => kind === "picture"));
    const picture = dashboard.requests.find((request) => request.kind === "picture");
    assert.ok(picture);
    const png = Buffer.from(picture.data, "base64");
    assert.equal(png.subarray(1, 4).toString(), "PNG");
    const box = await page.locator(".tracks-body").boundingBox();
    assert.ok(box);
    assert.equal(png.readUInt32BE(16), (box.width + 32) * 2);
    assert.match(picture.name, /^voice-agent-/);
  });

  it("says trouble of the store once, on top, while live figures go on", async () => {
    await open();
    const message = "The disk is full, so recording stopped at 14:29.";
    await dashboard.tellState(state({ record: { store: { state: "paused", message }, exports: [] } }));
    await page.getByRole("alert").filter({ hasText: message }).waitFor();
    const log = { kind: "log" as const, target: "/logs", state: "failed" as const, message: "No space is left." };
    await dashboard.tellState(state({ record: { store: { state: "recording" }, exports: [log] } }));
    await page.getByText("Performance log at /logs failed: No space is left.").waitFor();
    assert.equal(await page.getByRole("alert").count(), 0);
  });

  it("sorts the agent's processes by mouse and keyboard, and says why a GPU's figure is missing", async () => {
    await open();
    const missing = { processes: "The driver hides processes from containers." };
    const hidden = withMachine(state(), { missing });
    for (const gpu of hidden.gpu?.gpus ?? []) delete gpu.processes;
    await dashboard.tellState(hidden);
    await goTo("Resources");
    const first = () => page.locator(".processes tbody tr").first().locator("td").first().textContent();
    assert.equal(await first(), "node src/main.ts");
    await page.getByRole("button", { name: "Memory", exact: true }).click();
    assert.equal(await first(), "ffmpeg");
    await page.getByRole("columnheader", { name: "Memory" }).and(page.locator('[aria-sort="ascending"]')).waitFor();
    await page.getByRole("button", { name: "Process" }).press("Enter");
    assert.equal(await first(), "ffmpeg");
    await page.getByText("The driver hides processes from containers.").first().waitFor();
    assert.equal(await page.locator(".tracks canvas").count(), 1);
    await label("self-cpu").waitFor();
  });

  it("lays two runs over each other, with their figures and by how much they differ", async () => {
    await open();
    await goTo("Runs");
    await until("both runs to be asked for", async () => asked().length >= 2);
    assert.deepEqual(new Set(asked().map(({ query }) => query.run)), new Set(["r7", "old6"]));
    const figures = page.getByRole("region", { name: "Figures" });
    await figures.getByRole("columnheader", { name: "Difference" }).waitFor();
    assert.match((await figures.getByRole("row", { name: "Thinker p95" }).textContent()) ?? "", /s.*[+−]\d/);
    await page.getByLabel("Compare Run 5").click();
    await until("run 5 to be asked for", async () => lastQuery().run === "old5");
    await page.getByRole("button", { name: "Run 6" }).click();
    await page.getByRole("tab", { name: "Overview", selected: true }).waitFor();
    await until("run 6 in the overview", async () => lastQuery().run === "old6");
  });

  for (const theme of THEMES) {
    it(`has text of enough contrast on each page in ${theme}`, async () => {
      await open({ theme });
      await choose("1 h");
      for (const name of ["Overview", "Resources", "Runs"]) {
        await goTo(name);
        await dashboard.painted();
        assert.deepEqual(await dashboard.lowContrast(4.5), [], name);
      }
    });
  }

  it("fits into a side panel on each page", async () => {
    await open({ width: 480, height: 1200 });
    for (const name of ["overview", "resources", "runs"]) {
      await page.getByLabel("Page", { exact: true }).selectOption(name);
      await dashboard.painted();
      for (const width of [480, 340]) {
        await page.setViewportSize({ width, height: 1200 });
        await dashboard.painted();
        assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width, `${name} at ${width}`);
      }
    }
  });
});
