import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../support/until.ts";
import { freePort } from "./support/freePort.ts";
import { useWorkbench } from "./support/workbench.ts";

describe("A developer whose agent leaks", () => {
  const workbench = useWorkbench({ fixture: "test/fixtures/workspaces/leaky" });
  let port = 0;

  before(async () => {
    port = await freePort();
    const folder = join(workbench().folder, ".vscode");
    mkdirSync(folder, { recursive: true });
    const agent = { name: "leaky", command: "node", args: ["src/agent.ts"], env: { PORT: String(port) } };
    writeFileSync(join(folder, "agent-vitals.json"), JSON.stringify({ version: 1, agents: [agent] }));
  });

  const problem = () =>
    workbench().page.locator(".markers-panel .monaco-list-row", { hasText: "sessions (Map) grows" });

  it("hunts, and finds it as a Problem at its TypeScript line", async () => {
    const { page } = workbench();
    await until("the status bar offers it", async () => (await workbench().statusText()) === "Start leaky");
    await workbench().statusItem.click();
    await until("it runs", async () => !(await workbench().statusText()).startsWith("Start"));
    await until("it listens", async () => (await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined))?.ok);
    await workbench().runCommand("Agent Vitals: Hunt for Leaks");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "Request a URL once a turn" }).click();
    const input = page.locator(".quick-input-box input");
    await until("the URL is asked for", async () => (await input.inputValue()) === "http://127.0.0.1:");
    await input.fill(`http://127.0.0.1:${port}/turn`);
    await page.keyboard.press("Enter");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "Sample what is allocated" }).click();
    // Another command meanwhile would close the input, and with it the hunt.
    await input.waitFor({ state: "hidden" });
    await workbench().page.mouse.move(700, 300);
    const told = page.locator(".notifications-center.visible");
    let last = "nothing";
    // Toasts are off under the driver of tests, and the center closes itself when its last notification ends.
    const ended = await until(
      "the hunt ended",
      async () => {
        if ((await told.count()) === 0) await workbench().runCommand("Notifications: Show Notifications");
        last = (await told.allInnerTexts()).join();
        return /leaky leaks\.|leaky: (no leak|can't)/.test(last);
      },
      120,
    ).catch(() => false);
    assert.ok(ended, `still hunting after 120 s: ${last}`);
    assert.match(last, /leaky leaks\. sessions \(Map\) grows/);
    await workbench().screenshot("leak-hunt-dark");
    await told.locator(".monaco-list-row", { hasText: "leaky leaks" }).click();
    await told.getByText("Show Line").first().click();
    await page.locator(".tab.active", { hasText: "sessions.ts" }).waitFor();
    await workbench().runCommand("Problems: Focus on Problems View");
    await problem().waitFor();
    assert.match((await problem().textContent()) ?? "", /\[Ln 18, Col 3\]/);
    await workbench().screenshot("leak-problem-dark");
    await workbench().useTheme("light");
    await page.waitForTimeout(800);
    await workbench().screenshot("leak-problem-light");
    await workbench().useTheme("dark");
  });

  it("gets quick fixes there: what holds it, and the page of its rule", async () => {
    const { page } = workbench();
    await page.locator(".tab.active", { hasText: "sessions.ts" }).click();
    await page.locator(".monaco-editor .view-lines").first().click();
    await workbench().runCommand("Go to Next Problem in Files");
    await page.keyboard.press("Escape");
    await workbench().runCommand("Quick Fix...");
    const action = (name: string | RegExp) => page.locator(".action-widget .monaco-list-row", { hasText: name });
    for (const name of ["Open what holds Session", "Hunt for leaks in leaky again", "Take another heap snapshot"])
      await action(name).first().waitFor();
    await action("Explain growing-collection").first().waitFor();
    await workbench().screenshot("leak-fixes-dark");
    await action("Open what holds Session").first().click();
    const view = workbench().webview();
    await view.locator(".tree-row", { hasText: "Session" }).first().waitFor();
  });

  it("silences it in this workspace", async () => {
    const { page } = workbench();
    await workbench().runCommand("Problems: Focus on Problems View");
    await problem().click();
    await page.locator(".tab.active", { hasText: "sessions.ts" }).waitFor();
    await workbench().runCommand("Quick Fix...");
    await page.locator(".action-widget .monaco-list-row", { hasText: "Silence this finding" }).first().click();
    await problem().waitFor({ state: "detached" });
    await workbench().runCommand("Agent Vitals: Show Silenced Leaks Again");
    await problem().waitFor();
  });
});

describe("A developer whose Python agent leaks", () => {
  const workbench = useWorkbench({ fixture: "test/fixtures/workspaces/leakyPython" });
  let port = 0;

  before(async function () {
    if (spawnSync("python3", ["--version"]).status !== 0) this.skip();
    port = await freePort();
    const folder = join(workbench().folder, ".vscode");
    mkdirSync(folder, { recursive: true });
    const env = { PORT: String(port), PYTHONPATH: join(import.meta.dirname, "../../python") };
    const agent = { name: "assistant", command: "python3", args: ["src/agent.py"], env };
    writeFileSync(join(folder, "agent-vitals.json"), JSON.stringify({ version: 1, agents: [agent] }));
  });

  it("is told how slow tracing is, and finds the leak as a Problem at its Python line, with quick fixes", async () => {
    const { page } = workbench();
    await until("the status bar offers it", async () => (await workbench().statusText()) === "Start assistant");
    await workbench().statusItem.click();
    await until("it runs", async () => !(await workbench().statusText()).startsWith("Start"));
    await until("it listens", async () => (await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined))?.ok);
    await workbench().runCommand("Agent Vitals: Hunt for Leaks");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "Request a URL once a turn" }).click();
    const input = page.locator(".quick-input-box input");
    await until("the URL is asked for", async () => (await input.inputValue()) === "http://127.0.0.1:");
    await input.fill(`http://127.0.0.1:${port}/turn`);
    await page.keyboard.press("Enter");
    const dialog = page.locator(".monaco-dialog-box");
    await dialog.getByText("up to 24 times where it does nothing but allocate").waitFor();
    await workbench().screenshot("leak-python-asks-dark");
    await dialog.getByRole("button", { name: "Trace" }).click();
    await dialog.waitFor({ state: "detached" });
    const told = page.locator(".notifications-center.visible");
    let last = "nothing";
    const ended = await until(
      "the hunt ended",
      async () => {
        if ((await told.count()) === 0) await workbench().runCommand("Notifications: Show Notifications");
        last = (await told.allInnerTexts()).join();
        return /assistant leaks\.|assistant: (no leak|can't)/.test(last);
      },
      180,
    ).catch(() => false);
    assert.ok(ended, `still hunting after 180 s: ${last}`);
    assert.match(last, /assistant leaks\. sessions \(dict\) grows and is never emptied/);
    await told.locator(".monaco-list-row", { hasText: "assistant leaks" }).click();
    await told.getByText("Show Line").first().click();
    await page.locator(".tab.active", { hasText: "sessions.py" }).waitFor();
    await workbench().runCommand("Problems: Focus on Problems View");
    const problem = page.locator(".markers-panel .monaco-list-row", { hasText: "sessions (dict) grows" });
    await problem.waitFor();
    assert.match((await problem.textContent()) ?? "", /\[Ln 19, Col 9\]/);
    await workbench().screenshot("leak-python-problem-dark");
    await problem.click();
    await page.locator(".tab.active", { hasText: "sessions.py" }).waitFor();
    await workbench().runCommand("Quick Fix...");
    const action = (name: string) => page.locator(".action-widget .monaco-list-row", { hasText: name });
    for (const name of ["Hunt for leaks in assistant again", "Silence this finding", "Explain growing-collection"])
      await action(name).first().waitFor();
    assert.equal(await action("heap snapshot").count(), 0);
    assert.equal(await action("Open what holds").count(), 0);
    await workbench().screenshot("leak-python-fixes-dark");
    await page.keyboard.press("Escape");
  });
});
