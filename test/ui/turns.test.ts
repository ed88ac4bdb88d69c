import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../../scripts/chromium.ts";
import { formatDuration } from "../../src/model/format.ts";
import type { TurnRow } from "../../src/model/turns.ts";
import { until } from "../support/until.ts";
import { DashboardPage } from "./fixtures/dashboardPage.ts";
import { ScriptedAgent, voiceAgent } from "./fixtures/scriptedAgent.ts";
import { scriptedDetail, scriptedTurns } from "./fixtures/scriptedTurns.ts";

const BEGIN = Date.UTC(2026, 10, 23, 14, 20, 0) / 1000;
const ALL = 128;
/** Index of a voice turn that is slow, and of one that failed. */
const SLOW = 30;
const FAILED = 90;

describe("The dashboard's page of turns", () => {
  let browser: Browser;
  let dashboard: DashboardPage;
  let page: Page;
  let script: ScriptedAgent;
  let turns: TurnRow[];

  before(async () => {
    browser = await launchChromium();
    script = new ScriptedAgent(voiceAgent(BEGIN));
    script.play(200);
  });
  after(() => browser.close());

  const open = async (options: Parameters<typeof DashboardPage.open>[1] = {}, count = ALL) => {
    dashboard = await DashboardPage.open(browser, options);
    page = dashboard.page;
    turns = scriptedTurns(count, script.now);
    await showAll();
  };
  const showAll = async () => {
    await dashboard.tellState(script.workspace());
    await dashboard.tell({ kind: "series", series: { ...script.series(), turns } });
    await page.locator("main").waitFor();
    await dashboard.painted();
  };
  const goToTurns = () => page.getByRole("tab", { name: "Turns" }).click();
  const asked = () => dashboard.requests.flatMap((request) => (request.kind === "turn" ? [request.index] : []));
  const answer = async (index: number) => {
    await until(`turn ${index} to be asked for`, async () => asked().at(-1) === index);
    const row = turns[index];
    const detail = row && scriptedDetail(row, turns);
    await dashboard.tell({ kind: "turn", agent: "voice-agent", index, detail });
    await dashboard.painted();
  };
  const choose = async (index: number) => {
    await page.getByLabel("Filter turns").fill(String(index + 1));
    await page.locator(`#turn-${index}`).click();
    await answer(index);
  };
  const list = () => page.getByRole("grid", { name: "Turns" });
  const numbers = async () =>
    (await list().locator("tbody tr[id] td:first-child").allTextContents()).map((text) => Number(text));
  const details = () => page.getByRole("region", { name: "The chosen turn" });
  const tell = async (...rows: TurnRow[]) => {
    turns = [...turns.filter((row) => !rows.some(({ index }) => index === row.index)), ...rows];
    await dashboard.tell({ kind: "tick", series: { ...script.tick(), turns: rows } });
    await dashboard.painted();
  };
  const newTurn = (index: number): TurnRow => ({
    ...(turns[2] as TurnRow),
    index,
    id: `new-${index}`,
    time: script.now,
  });
  afterEach(async () => {
    assert.deepEqual(dashboard.errors, []);
    await dashboard.close();
  });

  it("is found by keyboard, also before the first turn", async () => {
    await open({}, 0);
    await goToTurns();
    await page.getByRole("heading", { name: "No turns yet" }).waitFor();
    await page.getByRole("tab", { name: "Overview" }).click();
    await tell(...scriptedTurns(1, script.now));
    await page.getByRole("tab", { name: "Overview", selected: true }).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("tab", { name: "Turns", selected: true }).waitFor();
    await details().getByRole("heading", { name: "Turn 1", exact: true }).waitFor();
  });

  it("says how turns come about while there are none", async () => {
    await open({}, 1);
    await goToTurns();
    await dashboard.tellState(script.workspace(new ScriptedAgent({ ...voiceAgent(BEGIN), name: "other" }).state()));
    const other = { ...script.workspace(), agents: [{ ...script.state(), name: "other" }] };
    await dashboard.tellState(other);
    await dashboard.tell({ kind: "series", series: { ...script.series(), agent: "other", turns: [] } });
    await page.getByRole("heading", { name: "No turns yet" }).waitFor();
    await page.getByText("monitor.startTurn()").waitFor();
  });

  it("opens the latest turn and stays with it, also over a reload", async () => {
    await open();
    await goToTurns();
    await details()
      .getByRole("heading", { name: `Turn ${ALL}`, exact: true })
      .waitFor();
    await details().getByText("Asking for its waterfall").waitFor();
    await answer(ALL - 1);
    await tell(newTurn(ALL));
    await details()
      .getByRole("heading", { name: `Turn ${ALL}`, exact: true })
      .waitFor();
    await page.reload();
    await showAll();
    await details()
      .getByRole("heading", { name: `Turn ${ALL}`, exact: true })
      .waitFor();
    assert.equal(asked().at(-1), ALL - 1);
  });

  it("shows where the silence of a slow turn went, and what took longer than usual", async () => {
    await open();
    await goToTurns();
    await choose(SLOW);
    const row = turns[SLOW] as TurnRow;
    const silence = formatDuration(row.heardSilence ?? 0);
    await details()
      .getByRole("heading", { name: `Where ${silence} of silence went` })
      .waitFor();
    assert.equal(await details().locator(".figure").first().textContent(), silence);
    await details()
      .getByText(/^First token took \d+ ms longer than usual\.$/)
      .waitFor();
    await details().getByText("The prompt had 4,812 tokens.").waitFor();
    const differs = await details().locator(".legend .most").textContent();
    assert.match(differs ?? "", /^639 ms \+3\d\d/);
    await details()
      .getByText(/^first token 639 ms, then 96 tokens at 56\.7\/s$/)
      .waitFor();
    assert.equal(await details().locator(".band.slow span").textContent(), `heard silence ${silence}`);
    assert.equal(await details().locator(".wf-row:not(.strip) .hatched").count(), 1);
  });

  it("draws each bar at its time: the silence ends where the audio begins", async () => {
    await open();
    await goToTurns();
    await choose(SLOW);
    const left = async (selector: string) => (await details().locator(selector).first().boundingBox())?.x ?? Number.NaN;
    const band = await details().locator(".band i").boundingBox();
    assert.ok(band);
    const flag = await left(".marks .flag");
    assert.ok(Math.abs(flag - (band.x + band.width)) < 3, `${flag} and ${band.x + band.width}`);
    const zero = await left(".ground .zero");
    assert.ok(Math.abs(zero - band.x) < 2, `${zero} and ${band.x}`);
    await details().getByRole("button", { name: "Silence", exact: true }).click();
    await dashboard.painted();
    const close = await details().locator(".band i").boundingBox();
    assert.ok((close?.width ?? 0) > band.width * 1.5);
  });

  it("has the waterfall as a table too, which a screen reader always finds", async () => {
    await open();
    await goToTurns();
    await choose(FAILED);
    const table = details().getByRole("table", { name: "Operations of the turn" });
    const names = ["Endpointing", "Speech to text", "RAG search", "embed query", "vector search", "Talker"];
    assert.deepEqual(await table.locator("tbody th").allTextContents(), [...names, "calendar.lookup", "Unexplained"]);
    assert.match((await table.locator("tbody tr").nth(6).textContent()) ?? "", /TimeoutError/);
    await details().getByText("No first audio was told: the heard silence").waitFor();
    await details().getByRole("button", { name: "Table" }).click();
    await dashboard.painted();
    assert.equal(await details().locator(".waterfall").count(), 0);
    assert.ok(((await table.boundingBox())?.width ?? 0) > 400);
  });

  it("is moved through by keyboard: arrows move, Enter opens", async () => {
    await open();
    await goToTurns();
    await answer(ALL - 1);
    await list().focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    assert.equal(await list().getAttribute("aria-activedescendant"), `turn-${ALL - 3}`);
    assert.equal(asked().at(-1), ALL - 1);
    await page.keyboard.press("Enter");
    await answer(ALL - 3);
    assert.equal(await page.locator(`#turn-${ALL - 3}`).getAttribute("aria-selected"), "true");
    await page.keyboard.press("End");
    await page.locator("#turn-0.active").waitFor();
    await until("the last row in sight", async () => {
      const box = await page.locator("#turn-0").boundingBox();
      return box !== null && box.y + box.height <= 901;
    });
    await details().getByRole("button", { name: "Turn above in the list" }).click();
    await answer(ALL - 2);
  });

  it("lets rows stand still while they are read, and says how many are newer", async () => {
    await open();
    await goToTurns();
    await list().focus();
    const before = await numbers();
    await tell(newTurn(ALL), newTurn(ALL + 1));
    assert.deepEqual(await numbers(), before);
    await page.getByRole("button", { name: "2 newer" }).click();
    await dashboard.painted();
    assert.equal((await numbers())[0], ALL + 2);
  });

  it("brings figures of an open turn up to date where it stands", async () => {
    await open();
    await goToTurns();
    const last = { ...newTurn(ALL), open: true };
    await tell(last);
    await page.locator(`#turn-${ALL}`).getByText("still running").waitFor();
    await page.locator(`#turn-${ALL}`).click();
    await answer(ALL);
    await details().getByText("still running", { exact: true }).first().waitFor();
    const { open: _, ...ended } = last;
    await tell(ended);
    await dashboard.tell({ kind: "turn", agent: "voice-agent", index: ALL, detail: scriptedDetail(ended, turns) });
    await until("the whole turn", async () => (await details().getByText("still running").count()) === 0);
    assert.equal(await page.locator(`#turn-${ALL}`).getByText("still running").count(), 0);
  });

  it("finds turns by filters and words, and names what it does not understand", async () => {
    await open();
    await goToTurns();
    await page.getByText(`${ALL} turns, 52 by voice. 1 over 2 s of silence.`).waitFor();
    await page.getByLabel("Filter turns").fill("silence:>2s stage:tts");
    await dashboard.painted();
    assert.deepEqual(await numbers(), [31]);
    await page.getByLabel("Filter turns").fill("mood:bad interrupted");
    await page.getByText("“mood:” is no filter.").waitFor();
    assert.ok((await numbers()).length > 1);
    await page.getByLabel("Filter turns").fill("nothing like it");
    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByLabel("Slow only").check();
    await dashboard.painted();
    assert.deepEqual(await numbers(), [31]);
    await page.getByLabel("Slow only").uncheck();
    await page.getByLabel("Kind of turn").selectOption("chat");
    await page.getByRole("columnheader", { name: "First token" }).waitFor();
  });

  it("sorts by time, wait and whole turn, either way", async () => {
    await open();
    await goToTurns();
    const byWait = page.getByRole("columnheader", { name: "Heard silence" });
    await byWait.getByRole("button").click();
    await dashboard.painted();
    assert.equal(await byWait.getAttribute("aria-sort"), "descending");
    assert.equal((await numbers())[0], 31);
    await byWait.getByRole("button").click();
    await dashboard.painted();
    assert.equal(await byWait.getAttribute("aria-sort"), "ascending");
    assert.ok((await numbers())[0] !== 31);
  });

  it("says when a turn is no longer kept", async () => {
    await open();
    await goToTurns();
    await answer(ALL - 1);
    await dashboard.tell({ kind: "turn", agent: "voice-agent", index: ALL - 1, detail: undefined });
    await tell(newTurn(ALL));
    await page.getByRole("heading", { name: `Turn ${ALL} is no longer kept` }).waitFor();
    await page.getByRole("button", { name: "Show the latest" }).click();
    await answer(ALL);
  });

  it("stays light with 500 turns and many ticks", async () => {
    await open({}, 500);
    await goToTurns();
    await answer(499);
    assert.ok((await list().locator("tbody tr").count()) < 80);
    const elements = () => page.evaluate<number>("document.querySelectorAll('*').length");
    const before = await elements();
    for (let i = 0; i < 30; i++) await tell(newTurn(500 + i));
    assert.ok(Math.abs((await elements()) - before) < 400);
    await page.getByText("The last 500 of 530 turns").waitFor();
  });

  it("fits into a side panel: list above, detail below", async () => {
    await open({ width: 480, height: 1366 });
    await page.getByRole("combobox", { name: "Page" }).selectOption("turns");
    await answer(ALL - 1);
    for (const width of [480, 340]) {
      await page.setViewportSize({ width, height: 1366 });
      await dashboard.painted();
      assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width);
    }
    const [above, below] = [await page.locator(".turn-list").boundingBox(), await details().boundingBox()];
    assert.ok(above && below && below.y >= above.y + above.height);
  });

  for (const theme of [
    "Dark Modern",
    "Light Modern",
    "Default High Contrast",
    "Default High Contrast Light",
  ] as const) {
    it(`has text of enough contrast in ${theme}`, async () => {
      await open({ theme });
      await goToTurns();
      for (const index of [SLOW, FAILED]) {
        await choose(index);
        assert.deepEqual(await dashboard.lowContrast(4.5), []);
      }
    });
  }
});
