import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../support/until.ts";
import { useWorkbench } from "./support/workbench.ts";

describe("A developer whose agent leaves files open", () => {
  const workbench = useWorkbench({
    fixture: "test/fixtures/workspaces/leaky",
    settings: { "agentVitals.leaks.window": 1, "agentVitals.leaks.interval": 1 },
  });

  before(() => {
    const { folder } = workbench();
    const program = 'const fs = require("node:fs"); setInterval(() => fs.openSync("/dev/null"), 100);';
    writeFileSync(join(folder, "open.cjs"), program);
    mkdirSync(join(folder, ".vscode"), { recursive: true });
    const agent = { name: "leaky", command: "node", args: ["open.cjs"] };
    writeFileSync(join(folder, ".vscode", "agent-vitals.json"), JSON.stringify({ version: 1, agents: [agent] }));
  });

  it("is told once, and shown on the page of memory", async () => {
    const { page } = workbench();
    await until("the status bar offers it", async () => (await workbench().statusText()) === "Start leaky");
    await workbench().statusItem.click();
    await until("it runs", async () => !(await workbench().statusText()).startsWith("Start"));
    await page.mouse.move(700, 300);
    const told = page.locator(".notifications-center.visible");
    const notice = told.locator(".monaco-list-row", { hasText: "leaky leaks." });
    // Toasts are off under the driver of tests, and the center closes itself when its last notification ends.
    await until(
      "the leak is told",
      async () => {
        if ((await told.count()) === 0) await workbench().runCommand("Notifications: Show Notifications");
        return (await notice.count()) > 0;
      },
      90,
    );
    assert.match(
      (await notice.textContent()) ?? "",
      /The number of open files grows by [\d.]+ a minute and reaches the limit of/,
    );
    assert.equal(await notice.count(), 1);
    await workbench().screenshot("leak-notice-dark");
    await notice.click();
    await told.getByText("Show Memory Page").first().click();
    const memory = workbench().webview().locator("main.memory");
    await memory.getByText("Leak: open file descriptors grow by").first().waitFor();
    await workbench().screenshot("leak-watch-memory-dark");
  });
});
