import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../../scripts/chromium.ts";
import { until } from "../support/until.ts";
import { GrowingSnapshots } from "../unit/heap/growing.ts";
import { HeapViewPage } from "./fixtures/heapPage.ts";
import type { WebviewOptions } from "./fixtures/webviewPage.ts";

const THEMES = ["Dark Modern", "Light Modern", "Default High Contrast", "Default High Contrast Light"] as const;

describe("The heap view", function () {
  this.timeout(60_000);
  const snapshots = new GrowingSnapshots();
  let browser: Browser;
  let view: HeapViewPage;
  let page: Page;

  before(async () => {
    browser = await launchChromium();
    await snapshots.take();
  });
  after(async () => {
    await browser.close();
    await snapshots.dispose();
  });
  afterEach(async () => {
    assert.deepEqual(view.errors, []);
    await view.close();
  });

  const load = async (options: WebviewOptions = {}) => {
    view = await HeapViewPage.open(browser, options);
    page = view.page;
  };
  const open = async (options: WebviewOptions = {}) => {
    await load(options);
    await view.show(snapshots.file(3), [snapshots.file(2), snapshots.file(1)]);
    await row("Session").waitFor();
  };
  const table = () => page.locator("main .tree");
  const row = (name: string) =>
    table()
      .locator(".tree-row")
      .filter({ has: page.getByText(name, { exact: true }) })
      .first();
  const pane = (name: string) => page.getByRole("region", { name });
  const goTo = (name: string) => page.getByRole("button", { name, exact: true }).click();
  const cells = async (name: string) =>
    (await row(name).getByRole("gridcell").allInnerTexts()).map((text) => text.trim());
  const column = (title: string) => table().getByRole("columnheader", { name: title });
  const openRow = (name: string) => row(name).locator(".tree-twist").click();
  const second = () => table().locator('.tree-row[aria-level="2"]');
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const at = async () => {
    const id = await table().getAttribute("aria-activedescendant");
    return page.locator(`[id="${id}"]`).textContent();
  };

  it("lists the classes with where they are written, the one that retains most first", async () => {
    await open();
    assert.match((await cells("Session"))[0] ?? "", /Session\s+growing\.cjs:10/);
    assert.equal((await cells("Session"))[2], "801");
    await row("Session").getByRole("button", { name: "growing.cjs:10" }).click();
    const reveals = () => view.told.filter((message) => message.kind === "reveal");
    await until("the editor is asked", () => reveals().length > 0);
    assert.deepEqual(
      reveals().map(({ place }) => place.line),
      [9],
    );
    assert.equal(await column("Retained").getAttribute("aria-sort"), "descending");
  });

  it("sorts by any column, and what is open stays so", async () => {
    await open();
    await openRow("Session");
    await second().first().waitFor();
    await page.locator(".filter input").fill("Sess");
    await until("two classes", async () => (await table().locator('.tree-row[aria-level="1"]').count()) === 2);
    await until("its objects are there", async () => (await second().count()) > 3);
    await column("Class").getByRole("button").click();
    await until("sorted by class", async () => (await column("Class").getAttribute("aria-sort")) === "ascending");
    await until("Session stays open", async () => (await row("Session").getAttribute("aria-expanded")) === "true");
    await until("its objects are there", async () => (await second().count()) > 3);
    await column("Class").getByRole("button").click();
    await until("the other order", async () =>
      /^\s*SessionStore/.test((await table().locator(".tree-row").first().textContent()) ?? ""),
    );
  });

  it("tells how a class is held, and from there what holds one of its objects", async () => {
    await open();
    await row("Session").click();
    const held = pane("How they are held");
    await held.getByText("801 objects are held in 3 ways").waitFor();
    const first = held.locator(".tree-row").first();
    assert.match((await first.textContent()) ?? "", /\[\] in Map ‹ sessions in SessionStore ‹ store in /);
    await first.dblclick();
    const holders = pane("What holds it");
    await holders.getByText("600 are held in this same way").waitFor();
    await holders.getByText(/root: /).waitFor();
    const steps = await holders.locator(".tree-row").allInnerTexts();
    assert.match(steps[0] ?? "", /^\[value of "key-\d+"\] in Map @\d+/);
    assert.match(steps[1] ?? "", /^sessions in SessionStore @\d+ growing\.cjs:\d+/);
    // A holder that is chosen stands beside, and the object remains the subject.
    await holders.locator(".tree-row").nth(1).click();
    await pane("Object")
      .getByText(/^SessionStore @\d+$/)
      .waitFor();
    await holders
      .getByRole("heading")
      .getByText(/Session @/)
      .waitFor();
    for (const way of ["Shortest", "All"]) {
      await holders.getByRole("button", { name: way, exact: true }).click();
      await holders.locator(".tree-row").first().waitFor();
    }
  });

  it("shows an object's fields, and copies its path as text", async () => {
    await open();
    await openRow("Session");
    await second().first().click();
    const object = pane("Object");
    await object.getByText("history", { exact: true }).waitFor();
    assert.match((await object.textContent()) ?? "", /id: "cal-/);
    await pane("What holds it")
      .getByText(/root: /)
      .waitFor();
    await object.getByRole("button", { name: "Copy Path" }).click();
    const copied = () => view.told.find((message) => message.kind === "copy")?.text;
    await until("a copy", () => copied() !== undefined);
    assert.match(copied() ?? "", /^Session @\d+ is held by\n {2}\S.* in .* @\d+\n[\s\S]* {2}root: /);
  });

  it("compares with an older snapshot, and tells of three what survived", async () => {
    await open();
    await goTo("Difference");
    await until("the comparison", async () => (await table().count()) === 1);
    await row("Session").waitFor();
    assert.deepEqual((await cells("Session")).slice(1, 4), ["+50", "−30", "+20"]);
    await page.getByLabel("The first snapshot").selectOption({ index: 1 });
    await until(
      "the first",
      async () => (await row("Session").count()) === 1 && (await cells("Session"))[1] === "+120",
    );
    assert.deepEqual((await cells("Session")).slice(1, 4), ["+120", "−20", "+100"]);
    await page.getByLabel("A second one between").selectOption({ index: 0 });
    await page.getByLabel("Only what was new in 2 and is still in 3").check();
    await until("survivors", async () => (await row("Session").count()) === 1 && (await cells("Session"))[1] === "+70");
    await openRow("Session");
    await second().first().click();
    await second().first().getByText("new").waitFor();
    await pane("What holds it")
      .getByText(/root: /)
      .waitFor();
    await goTo("How it is held");
    await table()
      .getByText(/^\[\] in Map ‹ sessions in SessionStore/)
      .first()
      .waitFor();
  });

  it("asks for a snapshot to compare with when there is none beside it", async () => {
    await load();
    await view.show(snapshots.file(3));
    await goTo("Difference");
    await goTo("Choose a Snapshot…");
    await until("the editor is asked", () => view.told.some(({ kind }) => kind === "browse"));
  });

  it("walks dominators and strings, finds by text and by id", async () => {
    await open();
    await goTo("Dominators");
    await openRow("global");
    await second().first().waitFor();
    await goTo("Strings");
    await page.locator(".filter input").fill("twice told");
    await until("the copies", async () => (await cells('"twice told tale"'))[1] === "50");
    await goTo("Search");
    await page.locator(".filter input").fill("cal-200");
    await row('"cal-200"').click();
    await pane("What holds it")
      .getByText(/^id in Session @\d+/)
      .waitFor();
    const id = /@(\d+)/.exec((await cells('"cal-200"'))[0] ?? "")?.[1];
    await goTo("Summary");
    await page.locator(".filter input").fill(`@${id}`);
    await until("the object of that id", async () =>
      ((await pane("Object").getByRole("heading").textContent()) ?? "").endsWith(`@${id}`),
    );
    await page.locator(".filter input").fill("@99999999");
    await page.getByText("not there").waitFor();
    await goTo("Statistics");
    await page.getByRole("cell", { name: "Compiled code" }).waitFor();
  });

  it("is used with the keyboard alone", async () => {
    await open();
    await table().focus();
    await press("Home", "ArrowDown", "ArrowDown");
    await until("the third", async () => (await table().locator(".tree-row.at").getAttribute("aria-rowindex")) === "4");
    const third = await at();
    await press("ArrowRight");
    await second().first().waitFor();
    await press("ArrowRight");
    await until("the first below", async () => (await at()) !== third);
    await press("ArrowLeft");
    await until("the third again", async () => (await at()) === third);
    await press("ArrowLeft");
    await second().first().waitFor({ state: "detached" });
    await press("End");
    const total = Number(await table().getAttribute("aria-rowcount"));
    await until(
      "the last row",
      async () =>
        (await table().getAttribute("aria-activedescendant"))?.endsWith(`-${total - 2}`) === true &&
        (await at()) !== "…",
    );
    assert.equal(await table().locator(".tree-row.at").getAttribute("aria-rowindex"), String(total));
    await press("Tab", "Enter");
    await until("sorted by class", async () => (await column("Class").getAttribute("aria-sort")) === "ascending");
    await page.getByRole("separator").focus();
    const height = async () => Number(await page.getByRole("separator").getAttribute("aria-valuenow"));
    const before = await height();
    await press("ArrowUp");
    await until("a row higher", async () => (await height()) === before + 22);
  });

  it("draws only the rows in view, of a list of any length", async () => {
    await open();
    await openRow("(string)");
    await until("more than a thousand rows", async () => Number(await table().getAttribute("aria-rowcount")) > 1000);
    assert.ok((await table().locator(".tree-row").count()) < 60);
    await row("(string)").hover();
    await page.mouse.wheel(0, 15_000);
    await until(
      "rows far below",
      async () => (await table().locator(".tree-row").first().getAttribute("aria-rowindex")) !== "2",
    );
    await until("they have come", async () => !(await table().locator(".tree-row").allInnerTexts()).includes("…"));
  });

  it("shows hostile names and texts as text", async () => {
    await load();
    const folder = mkdtempSync(join(tmpdir(), "av-hostile-"));
    const script = `class X { constructor() { this.id = "<img src=x onerror=alert(1)>" } }
      Object.defineProperty(X, "name", { value: "<script>alert(1)</script>" });
      globalThis["<b>held</b>"] = [new X(), "\\u202Ereversed", "]]>\\u0000"];
      require("node:v8").writeHeapSnapshot(process.argv[1]);`;
    const file = join(folder, "hostile.heapsnapshot");
    try {
      execFileSync(process.execPath, ["-e", script, file]);
      await view.show(file);
      await goTo("Search");
      await page.locator(".filter input").fill("<img src=x");
      await row('"<img src=x onerror=alert(1)>"').click();
      await pane("What holds it")
        .getByText(/<b>held<\/b>|id in/)
        .first()
        .waitFor();
      assert.equal(await page.locator("img, b, #root script").count(), 0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("shows a .heapprofile: what allocated what is still held", async () => {
    await load();
    const folder = mkdtempSync(join(tmpdir(), "av-prof-"));
    const script = `const kept = []; function remember(n) { for (let i = 0; i < n; i++) kept.push("x".repeat(9) + i, [i]) }
      function turn() { remember(30_000) } turn(); globalThis.kept = kept;`;
    try {
      const options = ["--heap-prof", "--heap-prof-interval=4096", `--heap-prof-dir=${folder}`, "-e", script];
      execFileSync(process.execPath, options);
      const [name = ""] = readdirSync(folder);
      await view.show(join(folder, name));
      await table().locator(".tree-row").first().waitFor();
      await goTo("Functions");
      await page.locator(".filter input").fill("remember");
      await row("remember").click();
      await pane("Callers").getByText("turn", { exact: true }).waitFor();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("tells how far the reading is, and lets it be ended; what failed, and what can be done", async () => {
    await load();
    const name = "big.heapsnapshot";
    await view.tell({ kind: "opening", name, fileSize: 5e8, progress: { step: "Reading nodes", share: 0.42 } });
    await page.locator('[role="progressbar"][aria-valuenow="42"]').waitFor();
    await goTo("Cancel");
    await view.tell({ kind: "cancelled", name });
    await goTo("Open Again");
    await view.tell({ kind: "failed", name, message: "It takes 10 GiB, 8 GiB are free.", wantsForce: true });
    await goTo("Open All the Same");
    await until("three wishes", () => view.told.length === 4);
    assert.deepEqual(view.told.slice(1), [
      { kind: "cancel" },
      { kind: "open", force: false },
      { kind: "open", force: true },
    ]);
  });

  it("has the same page after a reload", async () => {
    await open();
    await goTo("Strings");
    await page.reload();
    await view.show(snapshots.file(3));
    await table().getByRole("columnheader", { name: "Copies" }).waitFor();
  });

  it("fits a side panel: the figure that is sorted by stands beside the names", async () => {
    await open({ width: 480, height: 1000 });
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 480);
    const box = await column("Retained").boundingBox();
    assert.ok(box && box.x + box.width <= 480);
    await page.getByLabel("Page", { exact: true }).selectOption({ label: "Strings" });
    await table().getByRole("columnheader", { name: "Copies" }).waitFor();
  });

  for (const theme of THEMES) {
    it(`has text of enough contrast in ${theme}`, async () => {
      await open({ theme });
      await openRow("Session");
      await second().first().click();
      await pane("What holds it")
        .getByText(/root: /)
        .waitFor();
      assert.deepEqual(await view.lowContrast(4.5), []);
      await goTo("Difference");
      await row("Session").waitFor();
      assert.deepEqual(await view.lowContrast(4.5), []);
    });
  }
});
