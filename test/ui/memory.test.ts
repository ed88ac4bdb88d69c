import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../support/until.ts";
import { freePort } from "./support/freePort.ts";
import { useWorkbench } from "./support/workbench.ts";

/** Seconds, for what a busy machine takes long for. */
const PATIENCE = 60;

describe("A developer who looks at the memory of an agent that leaks", () => {
  const workbench = useWorkbench({
    fixture: "test/fixtures/workspaces/leaky",
    settings: { "agentVitals.leaks.interval": 3, "agentVitals.leaks.window": 1 },
  });
  let port = 0;

  before(async () => {
    port = await freePort();
    const folder = join(workbench().folder, ".vscode");
    mkdirSync(folder, { recursive: true });
    const agent = { name: "leaky", command: "node", args: ["src/agent.ts"], env: { PORT: String(port) } };
    writeFileSync(join(folder, "agent-vitals.json"), JSON.stringify({ version: 1, agents: [agent] }));
  });

  const view = () => workbench().webview();
  const panel = () => view().locator(".hunt");
  const suspect = () => view().locator(".suspect").first();
  const tab = (name: string) => workbench().page.locator(".tab.active", { hasText: name });
  const showDashboard = async () => {
    await workbench().page.locator(".tab", { hasText: "Agent Vitals" }).click();
    await tab("Agent Vitals").waitFor();
    await view().locator("main.memory").waitFor();
  };
  const closeSnapshot = () => tab(".heapsnapshot").click({ button: "middle" });
  /** Answers what Hunt for Leaks asks: a URL once a turn. */
  const hunt = async (button: string) => {
    const { page } = workbench();
    await panel().getByRole("button", { name: button }).click();
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "Request a URL once a turn" }).click();
    // The list's own input is the same element, and may hold the same text.
    await page.locator(".quick-input-message", { hasText: "A URL that makes a turn" }).waitFor();
    const input = page.locator(".quick-input-box input");
    await until("the URL is asked for", async () => (await input.inputValue()).startsWith("http://127.0.0.1:"));
    await input.fill(`http://127.0.0.1:${port}/turn`);
    await page.keyboard.press("Enter");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "Sample what is allocated" }).click();
    await panel()
      .locator(".step")
      .first()
      .waitFor({ timeout: PATIENCE * 1000 });
  };
  const ended = () => panel().getByRole("heading", { name: "Last hunt" }).waitFor({ timeout: 120_000 });

  it("finds the page of memory, and what a hunt costs", async () => {
    await until("the status bar offers it", async () => (await workbench().statusText()) === "Start leaky", PATIENCE);
    await workbench().statusItem.click();
    await until("it runs", async () => !(await workbench().statusText()).startsWith("Start"), PATIENCE);
    await until(
      "it listens",
      async () => (await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined))?.ok,
      PATIENCE,
    );
    // The page gets their room. The panel is the agent's terminal, which opens a moment after its start.
    const { page } = workbench();
    await page.locator(".part.panel .xterm").first().waitFor();
    await page.keyboard.press("Control+j");
    await page.locator(".part.panel .xterm").first().waitFor({ state: "hidden" });
    await page.keyboard.press("Control+b");
    await workbench().runCommand("Agent Vitals: Open Dashboard");
    await view().getByRole("tab", { name: "Memory" }).click();
    await panel().getByText("Three snapshots").waitFor();
    await view()
      .locator(".trend canvas")
      .waitFor({ timeout: PATIENCE * 1000 });
  });

  it("begins a hunt there and follows it step by step", async () => {
    await hunt("Hunt for Leaks");
    await panel().getByText("3 snapshots, up to 1,000 turns or 5 min").waitFor();
    await panel()
      .locator(".step-done", { hasText: "Snapshot 1 after GC" })
      .waitFor({ timeout: PATIENCE * 1000 });
    await workbench().screenshot("memory-hunt-dark");
    await workbench().page.setViewportSize({ width: 528, height: 1200 });
    await workbench().screenshot("memory-hunt-480");
    await workbench().page.setViewportSize({ width: 1400, height: 900 });
    await ended();
    assert.match((await suspect().textContent()) ?? "", /sessions \(Map\) grows.*×\s*Session.*a turn/s);
    await suspect().getByText("sessions.set(id, session);").waitFor();
    await suspect().getByText("src/sessions.ts:18").waitFor();
    await workbench().screenshot("memory-found-dark");
    await workbench().useTheme("light");
    await showDashboard();
    await workbench().page.waitForTimeout(800);
    await workbench().screenshot("memory-found-light");
    await workbench().useTheme("dark");
    await showDashboard();
  });

  it("goes to the line, to what holds it, and to the snapshots under the run", async () => {
    const { page } = workbench();
    await suspect().getByRole("button", { name: "Open Source" }).click();
    await tab("sessions.ts").waitFor();
    await until("the cursor is there", async () =>
      (await page.locator(".statusbar-item", { hasText: "Ln 18" }).count()) === 1 ? true : undefined,
    );
    await showDashboard();
    await suspect().getByRole("button", { name: "Retainers" }).click();
    await tab(".heapsnapshot").waitFor();
    await view().locator(".tree-row", { hasText: "Session" }).first().waitFor();
    // At the suspect's own object, not at the snapshot's first page.
    await until("one Session is looked at", async () =>
      /^@\d+$/.test(await view().getByPlaceholder("Filter classes, or @id").inputValue()) ? true : undefined,
    );
    await view().locator(".panes", { hasText: "Session" }).waitFor();
    await closeSnapshot();
    await page.locator('.activitybar a.action-label[aria-label^="Agent Vitals"]').click();
    const row = (name: string) => page.locator(".pane-body .monaco-list-row", { hasText: name });
    await row("Run 1").first().waitFor();
    if ((await row(".heapsnapshot").count()) === 0) await row("Run 1").first().click();
    await row(".heapsnapshot").first().waitFor();
    assert.equal(await row(".heapsnapshot").count(), 3);
    await workbench().screenshot("memory-tree-dark");
    await row(".heapsnapshot").first().click();
    await tab(".heapsnapshot").waitFor();
    await view().locator(".tree-row").first().waitFor();
    await closeSnapshot();
  });

  it("silences a suspect, and shows it again", async () => {
    await showDashboard();
    await suspect().getByRole("button", { name: "Silence" }).click();
    await view().getByText("1 silenced in this workspace.").waitFor();
    await view().getByRole("button", { name: "Show Again" }).click();
    await suspect().getByText("sessions (Map) grows").waitFor();
  });

  it("cancels a hunt from the page", async () => {
    await hunt("Hunt Again");
    await workbench().useTheme("light");
    await showDashboard();
    await workbench().page.waitForTimeout(800);
    await workbench().screenshot("memory-hunt-light");
    await panel().getByRole("button", { name: "Cancel" }).click();
    await ended();
    await panel().getByText("1 suspect, see below.").waitFor();
  });
});
